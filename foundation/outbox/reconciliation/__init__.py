"""What became of what was posted.

receipts        what gateways report, applied in order; who stays silent too long is unconfirmed
uncertain       posted, and nobody knows: looked up in the gateway's lists, never guessed
status_polling  accepted, and no receipt came: asked about
"""
