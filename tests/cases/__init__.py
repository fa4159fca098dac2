"""Kinds of fault that others met before us; one sentence a test."""
