"""The demonstration's desk, and what it is made of.

tickets  teams, queues, articles and the tickets of today, from `data/`
history  a year of kept promises, so that reports have something to say
"""

from helpdesk.demo.tickets import load

__all__ = ["load"]
