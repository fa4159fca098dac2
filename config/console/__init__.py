"""`nobet WORD …` and `manage.py WORD …`: which house is meant, and answers in sentences.

environment  the settings of an installation, read as systemd reads them
answers      whatever goes wrong is a sentence and an exit code
"""
