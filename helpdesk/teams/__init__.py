"""How the desk is organised: who works with whom, and what waits where.

teams    opened, renamed, ended
members  who joins and leaves a team, and which modules they know
queues   what each takes, which takes the rest, and what becomes of open tickets when that changes
forms, api   their forms and operations; the pages are in `helpdesk.views.configuration`
"""
