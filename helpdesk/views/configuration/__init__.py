"""Pages of what a house arranges once: calendars, promises, teams, queues and what moves tickets by itself."""
