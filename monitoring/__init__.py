"""What is broken: nodes, checks, verdicts, outages, status pages, subscribers, maintenance.

node        a thing we watch: one municipality's way in, or one central component
check       one probe of a node, repeated at an interval; state machine and history hang on it
verdict     what a streak of answers means: nothing, suspicion, down, up again
transition  a verdict that changed, with its evidence; the truth for availability
outage      what is broken for people, for whom, since when; local, regional or central
affected    one municipality, component or node inside an outage, until it recovered
"""
