"""The telephone: calls that an exchange tells of, calls that an agent writes down, and those nobody answered.

numbers    numbers as exchanges write them
callers    who it may be
exchanges  secrets of exchanges: made, ended, recognised
hearing    what an exchange says, in any order, any number of times
spoken     what a caller during an outage hears first
lost       calls nobody answered, one line a number
log        what an agent writes down: a line, a ticket, "rung back"; the own extension
consumers  the socket of the page of calls
forms, api   its form and operations; the pages are `helpdesk.views.calls`
"""
