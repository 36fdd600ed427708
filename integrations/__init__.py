"""Clients of other people's services: no Django, no RQ, and none knows another."""
