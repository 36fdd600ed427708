"""What runs in the background: one file a queue."""
