"""How a node stands: states rolled up from its checks, what it leans on, its health in one figure."""
