"""What is forgotten, when, and the proof of it (`manage.py purge`)."""
