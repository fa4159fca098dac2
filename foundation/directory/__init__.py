"""Municipalities, provinces, components; people, their memberships and contacts.

models        places, people; what verbs do with people is in `foundation.accounts`
registers     the registers as files: compared, then written whole or not at all
csv_files     a table of text, every bad row by its line; `spreadsheets` reads XLSX and ODS as one
events        who knows something about a person answers here
retention     what is destroyed when, and the record of it
demo          the people of the demonstration
"""
