"""Who is hurting: tickets, queues, knowledge, major incidents.

Ticket          one conversation with one municipality about one problem
Message         one thing said in it: public, or an internal note of the desk
Queue, Team     where a ticket waits, and the people who look there
MajorIncident   the desk's hold on one outage: who commands, which tickets, what was answered
TicketLink      "this ticket is about that incident": found or chosen, and undone in one click
LinkedTicket    "this ticket repeats that one", is a part of it, or has to do with it
Article         what is known about a module, written once
"""
