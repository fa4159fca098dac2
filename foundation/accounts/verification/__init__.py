"""Whether an address of a contact is right, asked of many at once and answered with one press.

asking     a round: ordered, stopped, carried on
answers    the page behind the link: right, or not me; nothing happens by opening it
progress   who answered what, by province
forms, api   its forms and operations; the pages are `foundation.accounts.views.verification`
"""
