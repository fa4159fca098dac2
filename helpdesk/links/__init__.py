"""Tickets that belong together.

linking      link two, take a link away, what is linked to a ticket
merging      make one of two, take them apart again
splitting    file what a message asks besides
candidates   what a ticket may be linked to, filtered by what is typed
api          the same for other programs; the pages are `helpdesk.views.links`
"""
