"""What became of it: every recipient in exactly one class, and the papers that prove it."""
