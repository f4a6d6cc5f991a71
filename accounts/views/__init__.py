"""The pages of accounts: the doors, the portfolio."""
