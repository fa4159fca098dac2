"""From queued to posted: workers claim, senders carry, pacing slows, the ledger remembers each attempt."""
