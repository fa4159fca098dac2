"""Before anybody is asked: whom it is for, what it says, what it costs.

drafts           draft, revise, correct; what it costs and how it will look
templates        sentences at hand (`ready.yaml`) and their tokens
audience         from a rule or a list to recipients
saved_audiences  rules kept by name
reached          to whom a correction goes
bindings         the hash of everything that leaves
"""
