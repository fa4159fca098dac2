"""The database as an operator handles it.

backups  packs that prove themselves, and putting one in the place of ours
roles    the owner that migrates, and the application that may not rewrite the record
"""
