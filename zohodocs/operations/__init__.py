"""What keeps the service running: processes, embedded Redis, later backup, audit and roll-back."""
