"""The rates a shop declares: its place in the house is kept, its rooms come with the tariff grid."""
