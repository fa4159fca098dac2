"""While somebody writes: what is typed is kept, who else looks and writes is seen, what changed meanwhile is shown.

drafts     keep, drop, of
viewers    who has a ticket open just now, and who types
meanwhile  what happened since the writer last looked; sending asks for a word about it
api
"""
