"""Pages of what the portal tells people."""
