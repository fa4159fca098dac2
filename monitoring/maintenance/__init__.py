"""Planned work.

repeats  which rules we run, and their rounds
windows  plan, reclassify, call off; when its rounds are, which nodes rest now
"""
