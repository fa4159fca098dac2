"""What is missing for a first incident, from every context, in order: as a page (`pages`), a command, a metric.

parts    what only this storey can see: schema, workers, backup, clock, disk, certificate
report   all parts looked at, in order
"""
