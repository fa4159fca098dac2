"""Where everything meets: settings, URLs, servers, Celery, the timetable."""
