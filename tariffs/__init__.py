"""The rates a shop declares: a grid to fill, a ledger of versions that never change."""
