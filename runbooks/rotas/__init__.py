"""Rotas: who carries which duty, and when.

on_call    who is called first and second at a moment: the one place that answers
"""
