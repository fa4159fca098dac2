"""Pages that show many tickets as one thing: a municipality, the desk over time, the shift."""
