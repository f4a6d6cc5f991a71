"""What may be typed about what is told."""
