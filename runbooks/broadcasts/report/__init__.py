"""What became of it: every recipient in exactly one class, and the papers that prove it.

page              everything the page of a broadcast shows, read once
outcome_classes   the classes, and the equation that they close
by_municipality   which municipalities to look after first
evidence          the signed document (canonical JSON, Ed25519)
evidence_pdf      its pages, printed from the document alone
cap               Common Alerting Protocol 1.2, public
sent_messages     what a municipality was told lately
"""
