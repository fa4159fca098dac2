"""Tickets that wait for their municipality: reminded, then closed, in business time and never without a word before.

care   set up a queue, remind, close
forms, api   its form and operations; the page is `helpdesk.views.configuration.waiting`
"""
