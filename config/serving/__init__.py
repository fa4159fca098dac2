"""How a process of ours serves.

server           daphne with our guards
guarded_sockets  daphne's sockets with ours
routing          which socket leads where
origins          sockets from our own pages only
background       what lives beside the server in its process, started and stopped with it
celery_embedded  worker and beat as two of these, in embedded mode
"""
