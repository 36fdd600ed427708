"""Programs that tests run several of at once; they know each other only through Redis."""
