"""Where a new ticket waits: an ordered list of rules before what each queue takes by itself.

matching  which rule fits; pure
rules     write, order, end a rule; the queue for a ticket
forms, api, as_code   their form, operations and files; the pages are `helpdesk.views.configuration.routing_rules`
"""
