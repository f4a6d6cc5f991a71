"""`manage.py mesure`: data of a known size in a base of its own, and how fast the portal’s pages are on it."""
