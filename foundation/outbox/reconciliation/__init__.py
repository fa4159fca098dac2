"""What became of what was posted: receipts, look-ups of uncertain messages, questions about silent ones."""
