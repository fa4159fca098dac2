"""The municipality beside the ticket, and its page for the desk.

notes     what stays: written, changed and ended by agents
beside    how it stands: nodes, outages, work ahead, people, hours, tickets
forms     the note as a page takes it in
"""
