"""Those who asked to be told: e-mail, SMS, webhook; a municipality or the country.

joining   ask, confirm, change, leave     how an address comes in, proves itself and goes
owing     owe, owe_window                 the promise, in the transaction of what happened
telling   announce_due                    who is concerned, who was told, what each hears
letters                                   the words: subject, letter, SMS, JSON
"""
