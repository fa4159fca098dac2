"""The crisis broadcast: nobody twice, nobody forgotten, nobody fooled.

compose   drafts, templates, audience, saved audiences, numbers, what is bound by the hash
approval  submit, approve, withdraw, lapse; pre-approved texts; breaking the glass
delivery  hand over, pause, resume, stop, follow; chase the silent; hear acknowledgements
report    where each recipient ended, the page, the evidence, CAP, what was sent lately
"""
