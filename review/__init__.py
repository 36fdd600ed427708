"""Every way a person decides."""
