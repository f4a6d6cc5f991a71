"""What operations look at: progress of the work, not whether processes live."""
