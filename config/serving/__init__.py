"""How a process of ours serves: daphne with our guards, what lives beside it, the sockets that open and where to."""
