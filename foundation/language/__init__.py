"""How the house speaks and writes.

collation        Turkish casing, folding, order
formatting       times, lengths, numbers and shares as people say them
texts            words from outside made fit for every page, feed, letter, sheet and SMS
forms            the form that does so before its fields judge
schema_types     the same for bodies of the API
phone_numbers    how people write a number, and what we make of it
documents        PDF paper and its fonts, CSV that a spreadsheet may open
middleware       the reader's language
template_loader  indentation is not sent
templatetags     template words
"""
