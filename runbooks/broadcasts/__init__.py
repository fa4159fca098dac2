"""The crisis broadcast: nobody twice, nobody forgotten, nobody fooled.

telephone   which numbers an SMS can reach
audience    whom it is for: rule, list, frozen list, difference
templates   the texts that stand ready
composing   tokens, spelling, cost, drafts
approval    submit, approve, withdraw, lapse
sending     hand over, pause, resume, stop, follow
"""
