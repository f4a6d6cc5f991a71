"""Per subject: who is told, in what words, and why it may no longer make sense. `messaging/rules.py` is the table."""
