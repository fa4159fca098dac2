"""What we know already.

articles  for clerks: written, published, found, offered before somebody has to file a ticket
macros    for agents: replies with fixed words, filled in for the ticket
forms, api   what their pages and operations take in
"""
