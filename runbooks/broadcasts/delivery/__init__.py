"""From approval to the last receipt: handing over, following, chasing, hearing answers."""
