"""Flags, shadow, evidence: decides, never acts."""
