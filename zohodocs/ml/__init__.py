"""Models that learn: what they see, how they are kept, and papers made up to train them on."""
