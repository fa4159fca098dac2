"""What we do about it.

plans       runbooks: read from YAML, kept in every version
runs        a plan in motion, step by step
rotas       who carries the watch, and when
paging      who is called until somebody answers
broadcasts  crisis messages: two people, nobody twice, every recipient in one class
board       the operators' board
situation   the situation room of one outage
scenarios   the rehearsed evening of the demonstration
"""
