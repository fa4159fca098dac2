"""Who is told of a ticket, and how: once a matter, in the page, by mail, by push.

schedule     when a letter or a push is owed (pure)
telling      tell, read
followers    follow, leave, copies
mentions     whom a note names
preferences  how each wants to be told
letters      the look for letters and pushes that are owed
words        what a notice says, in its reader's language
forms  api  consumers
"""
