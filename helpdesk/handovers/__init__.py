"""The end of a shift: tickets go on with somebody else, with a summary that is read.

receivers  who can take them: how much they have, how much they can, and whether they are away
handing    hand over, read
forms, api   its form and operations; the pages are `helpdesk.views.handovers`
"""
