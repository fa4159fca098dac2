"""What we do: runbooks, runs, steps, on-call, broadcasts, operators' board, situation room."""
