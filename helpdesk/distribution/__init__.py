"""Tickets that are given out: to whom of the team, fairly, under a lock, and why.

choosing  who of the team can have it, and who is next; pure
giving    set up a queue, give what waits
presence  who has the desk open
api       its operations; the pages are `helpdesk.views.configuration.queues`
"""
