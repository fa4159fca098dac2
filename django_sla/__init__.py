"""django-sla: calendars, policies and clocks for any Django model.

calendar   when people work: weekly hours, special days, overlays (`calendars`)
policy     what is promised to whom: versions with targets, rests, levels (`policies`)
clock      one promise about one subject: metric and cycle (`clocks`)
rest       a stretch in which a clock stands still, and why
level      a share of the promised time at which somebody is told

The arithmetic is pure (`arithmetic`); every verb takes its time as `at=`.
Imports Django, holidays, tzdata and the standard library alone.
"""
