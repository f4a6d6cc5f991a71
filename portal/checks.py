"""Checks of ours."""
