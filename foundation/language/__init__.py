"""How the house speaks and writes.

collation        Turkish casing, folding, order
formatting       times, lengths, numbers and shares as people say them
documents        PDF paper and its fonts, CSV that a spreadsheet may open
middleware       the reader's language
template_loader  indentation is not sent
templatetags     template words
"""
