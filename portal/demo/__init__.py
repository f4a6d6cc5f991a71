"""The demonstration network: three cabinets, a dozen shops and their dossiers, all invented."""
