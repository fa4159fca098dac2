"""Which nodes and checks there are.

changes                from a sheet to rows, and many at once; what leans on what
csv_import             sheets of nodes and checks: read, compared, written whole or not at all
defaults               pace, time-out and rules of a check that says nothing of its own
forms                  the pages of the register
prometheus_discovery   the register as targets of a Prometheus
"""
