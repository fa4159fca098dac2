"""Planned work.

windows  plan, reclassify, call off; when its rounds are, which nodes rest now
"""
