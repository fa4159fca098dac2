"""The demonstration's desk: tickets of today, and a year of kept promises."""

from helpdesk.demo.tickets import load

__all__ = ["load"]
