"""The leased row: something owed at a time, claimed by one worker, swept when nobody rings.

leased row  an abstract row that becomes due; a context keeps its own table of them (`models.LeasedRow`)
claim       take due rows; each goes to exactly one claimant (`claims`)
lease       how long a claim holds; a worker that dies lets it run out, and the row is due again
backoff     how long a row that failed waits before it is due again
sweep       the periodic look at the database that finds what nobody rang for (`leases.run_sweep`)
doorbell    tells somebody to look now; rings once however many ring
"""
