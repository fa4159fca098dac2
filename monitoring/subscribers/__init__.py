"""Those who asked to be told: e-mail, SMS, webhook; a municipality or the country.

signup    ask, confirm, change, leave     how an address comes in, proves itself and goes
notify    announce_due                    who is concerned, who was told, what each hears
letters                                   the words: subject, letter, SMS, JSON

`monitoring.notices` writes what is owed to them, in the transaction of what happened.
"""
