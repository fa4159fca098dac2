"""Finding: tickets in every state by what stands in them, and everything else by name.

documents    what of a ticket is searched, as marked words
index        keeps those words beside the ticket, written by the verbs in their own transaction
expressions  all, one of, not, side by side: one question for both databases
questions    what was typed: words, quotations, operators
finding      the tickets that answer, the best first, page by page, within a bound of time
excerpts     the place in a ticket that answers, marked
everywhere   what the command palette and the search page find beside tickets
"""
