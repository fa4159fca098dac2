"""Alertmanager: alerts it posts to us, silences and alerts we read from it."""
