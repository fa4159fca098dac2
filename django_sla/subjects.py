"""What people call a subject: hosts register who can read their names."""

from collections.abc import Callable

Reader = Callable[[str], tuple[str, int] | None]

_readers: list[Reader] = []


def register(reader: Reader) -> Reader:
    """Ask `reader` from now on: it answers a name it knows with (subject_type, subject_id). Also as a decorator."""
    _readers.append(reader)
    return reader


def called(reference: str) -> tuple[str, int] | None:
    """The subject a person means: asked of the hosts, else read as "app.model:id"; None if neither knows it."""
    for reader in _readers:
        if subject := reader(reference):
            return subject
    label, _, number = reference.rpartition(":")
    return (label, int(number)) if label and number.isdigit() else None
