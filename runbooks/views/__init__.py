"""Pages of runbooks: plans and runs, broadcasts and drills, on call, the situation room."""
