"""How a process of ours serves: daphne with our guards, what lives in it beside, who may open its sockets, where they lead."""
