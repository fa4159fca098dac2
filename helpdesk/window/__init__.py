"""The one window of the desk: what stands around the conversation.

picking   what a ticket may be put right to, filtered by what is typed
beside    the list beside the ticket, who comes before and after it
history   who changed what and when, between the messages
"""
