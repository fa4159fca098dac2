"""Tickets that only named people see: `naming` restricts, names and lifts, `forms` and `api` take it in."""
