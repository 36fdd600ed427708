"""The way of a document: read, extract, check, match, choose, decide."""
