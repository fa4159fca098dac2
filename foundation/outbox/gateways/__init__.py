"""Who carries messages: the console, Twilio, a domestic operator, the mail server, other people's programs.

gateway     the shape of each: post, look_up, fetch, and what is special about it
postings    what goes in, and the outcomes that come out
codes       what a gateway's code means: for ever, for now, or for the route
registry    which are in use, first choice first
console, twilio, operator, mail, webhook
"""
