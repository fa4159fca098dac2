"""Template words of the edge."""
