"""Facts and rules in pure Python: no Django, no clock, no settings."""
