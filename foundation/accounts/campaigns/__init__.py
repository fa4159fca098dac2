"""Invitations to many at once: a list that is looked at, ordered, sent row by row, and told as it goes.

sheet      the list as people send it, each line judged by itself and against what is here
sources    the list made from the contacts that are known
running    order, stop, carry on; reminders and letters sent again
progress   who accepted: by state, by province, as a file
forms, api   its forms and operations; the pages are `foundation.accounts.views.campaigns`
"""
