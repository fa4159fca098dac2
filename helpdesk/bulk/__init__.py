"""One act for many tickets: a list that is kept, carried out ticket by ticket, and told as it goes.

selection  which tickets: by number, or all of a view
doing      each kind of act: the single verb that it calls, and what it needs
running    order, stop, carry on; how far it has come
forms, api   its form and operations; the pages are `helpdesk.views.bulk`
"""
