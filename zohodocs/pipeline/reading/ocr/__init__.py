"""Recognition of print in pictures, in a child of its own. See `engines` for what reads."""
