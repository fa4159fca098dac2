"""Where everything meets: settings, URLs, servers, Celery, the timetable.

settings, checks     what an installation says, and what stops an unsafe start
urls, home, errors, health     the addresses that belong to no context
api                  `/api/v1/`, collected from each context's `api`
asgi, wsgi, serving  how a process serves, and what lives beside it
celery, jobs         the broker; the round of the timetable, as it rings
timetable            all recurring work on one page
retention            how long what is kept
metrics, observability     `/metrics`, the log, Sentry
database             backups that prove themselves; the owner's and the application's role
console              what `nobet WORD …` and `manage.py WORD …` read, and how they answer
"""
