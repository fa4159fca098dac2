"""How the house speaks and writes: Turkish casing and order, formats, the reader's language, template words."""
