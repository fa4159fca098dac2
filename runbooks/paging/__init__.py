"""Paging until somebody answers.

matters    what somebody has to be called for: owed once while it lasts, worse, over
watching   the recurring look for what nobody reports: late words, silent probes, troubled gateways, late work
crew       who is on call for a rota at a moment, first and second: the one question to the rotas
policies   which policy fits, what a policy must be, and what would happen if
ladders    the page of a matter: opened, climbed rung by rung, over
notices    who is told of which rung, and by which way; the next way where one fails
summonses  the message itself: one to a person, whatever calls them at that moment
answering  taking it by code, key, button or link; handing it over; being awake
ways       how a person is reached: proved, ordered, tried
wording    what people read on a telephone at night
reading    open pages and their ladders, as pages and API show them
retention  what of it is destroyed when
"""
