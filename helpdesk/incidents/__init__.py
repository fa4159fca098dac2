"""Many tickets, one cause: major incidents, and how tickets find theirs.

major_incidents  propose, open, close
answers          one text to every ticket, batch by batch
similarity       whether two tickets speak of one thing
vocabulary       the words that similarity knows
auto_linking     ties what was just filed to what is going on
known_outages    what a clerk is shown before filing
recovery         resolves what the probes see well again
evaluation       scores similarity on labelled tickets
"""
