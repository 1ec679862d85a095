"""From persons to count tables."""
