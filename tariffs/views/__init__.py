"""The pages of rates."""
