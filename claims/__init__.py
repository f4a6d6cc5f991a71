"""The dossier: its life, its documents, its list."""
