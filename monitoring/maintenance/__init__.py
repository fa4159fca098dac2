"""Planned work: windows, their rounds, and what is spared while they last."""
