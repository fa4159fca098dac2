"""Signing in: how often it is tried, and which new passwords are taken.

attempts       who guesses, and for whom the door stays open
new_passwords  what a new password must be
"""
