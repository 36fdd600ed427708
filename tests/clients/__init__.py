"""Clients of an organisation, put together."""
