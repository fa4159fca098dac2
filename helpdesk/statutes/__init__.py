"""What a restricted ticket stands on: `readers` says who is named, `clocks` keeps the deadlines of the law.

Below the verbs of a ticket's life, which file a ticket restricted; `helpdesk.restricted` above them changes it later.
"""
