"""Stories that walk across the house: real processes, real sockets, a real browser."""
