"""How well each municipality can be reached in a crisis: a score with its reasons, and the list of the weakest.

scoring    the parts and their points: pure values
counting   what is known of every municipality, in a fixed number of questions; the sweep that keeps it
overview   provinces beside each other, and the weakest
api        its operations; the pages are `foundation.accounts.views.preparedness`
"""
