"""A rota that was kept elsewhere, brought here: read, shown as a difference, taken whole or not at all.

drafts     what a file asks for, as values; names matched to people
opsgenie   Opsgenie's export of schedules
calendars  iCalendar files
taking     the verb
"""
