"""People, organisations, who may see what, who did what."""
