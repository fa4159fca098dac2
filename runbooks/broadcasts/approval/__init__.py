"""Two people, one message; and the two ways around the second one, both written down.

approval       submit, approve, withdraw, lapse
pre_approvals  a plan's message, allowed by two people in advance
break_glass    one person alone, in the open, reviewed afterwards
"""
