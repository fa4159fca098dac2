"""Alertmanager, both ways.

alerts  what it posts to us: an alert is a check of its own kind
client  what we ask it and tell it: resolutions that were lost, silences for our windows
"""
