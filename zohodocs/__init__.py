"""Supplier papers in, the right bill in Zoho Books out, once."""
