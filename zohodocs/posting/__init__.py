"""From an approved document to a bill in Zoho Books, once."""
