"""How people come in and what becomes of them; their tables are in `foundation.directory`.

invitations     invite, write again, accept, withdraw
preparedness/   how ready each municipality is, and the weakest
verification/   contacts are asked whether their addresses are right
campaigns/      many invitations at once, from a sheet or from known contacts
people          describe, revoke, restore, sign out, free of a lost second factor, erase
roles           give and end; the last administrator stays
places/         the registers: municipalities, provinces, components
adapter, federation, signin_forms, signin_urls     signing in, here or with an outside account
attempts        wrong passwords: who is slowed
new_passwords   a link for whoever forgot theirs
unsent_words    what was typed when the session ended comes back
second_factor   who proves what, and when
contacts        whom a municipality wants called, each address verified
exports         everything we hold about a person
views, forms, urls, api     their pages and operations
"""
