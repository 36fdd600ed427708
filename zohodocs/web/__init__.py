"""Pages outside the review desk."""
