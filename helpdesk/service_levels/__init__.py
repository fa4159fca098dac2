"""What we promised and whether we kept it: clocks of tickets, commitments, calendars, policies, reports.

ticket_clocks      starts, rests and stops the clocks of a ticket
commitments        the terms a ticket is filed under
countdown          how long is left, in words
reports, exports   kept promises, on pages and as sheets
calendar_forms     special days, weeks, calendars of one place
calendar_preview   what a calendar means, day by day
policy_forms       whom a policy is for, its targets, rests and levels
keeping            what keepers of calendars and policies do; pages and API call it
api                calendars and terms for other programs
staffing           how many agents a load needs
"""
