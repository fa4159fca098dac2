"""Pages: find, ask, call one verb, answer."""
