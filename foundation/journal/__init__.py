"""What happened and who did it: append-only, sealed into one chain after commit."""
