"""The registers of places and components, as platform administrators keep them.

municipalities   added, renamed, merged by law, closed; which components they run
provinces        added, renamed, closed
components       added, described, ordered, retired
forms, operations   their forms and operations; the pages are `foundation.accounts.views.places_register`

Nothing is deleted: what happened in a place or with a component keeps pointing at it.
"""
