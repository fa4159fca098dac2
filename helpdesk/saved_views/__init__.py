"""Views that agents keep for themselves or for a team, beside the five fixed ones.

keeping     write, copy, remove, pin; who may
conditions  the fields of its form as a question in the words of the search, and back
pinned      those beside the fixed views, with how many tickets each holds
forms, api  its form and operations; the pages are `helpdesk.views.saved_views`, the list is `tickets.queue`
"""
