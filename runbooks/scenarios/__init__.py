"""The rehearsed evening of the demonstration: one fault, simulated clerks, everything else real.

curve    when a municipality reacts (pure)
clerks   what they then write (pure)
playing  start, advance, heal, end: the verbs; every clerk goes through the desk's own verbs
telling  how far the story is, and what to look at next

Only served where `settings.DEMO` is on, and only against the stand-in city.
"""
