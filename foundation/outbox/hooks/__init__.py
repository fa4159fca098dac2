"""Programs of others hear what happened.

feed       what is told of the record, in its order; asked by cursor, sent to webhooks
webhooks   the addresses: made, changed, given another secret, tried, switched off, ended
signing    Standard Webhooks: what a receiver checks
sending    from owed to answered; tried again, and one day given up
forms      what people type about them
"""
