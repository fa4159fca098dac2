"""One decision about outages at a time, whichever process has it."""

from foundation import locks

OUTAGES = 0x6F757467  # "outg"; each lock of the house has a number of its own


def hold(number: int = OUTAGES) -> None:
    """Wait for the lock and keep it to the end of the transaction."""
    locks.hold(number)
