"""The names of the rooms in which something is said; an access guards each."""

STATUS_NATIONAL = "status:national"
BOARD = "board"
DESK = "desk"
CALLS = "calls"


def status_of(municipality_code: str) -> str:
    return f"status:{municipality_code}"


def queue(queue_id: int) -> str:
    return f"queue:{queue_id}"


def ticket_public(number: str) -> str:
    return f"ticket:{number}:public"


def ticket_desk(number: str) -> str:
    return f"ticket:{number}:desk"


def ticket_of(number: str, person_id: int) -> str:
    """A restricted ticket is told to each of the named alone."""
    return f"ticket:{number}:of:{person_id}"


def broadcast(broadcast_id: int) -> str:
    return f"broadcast:{broadcast_id}"


def person(person_id: int) -> str:
    """What concerns one person, on whichever page they are."""
    return f"person:{person_id}"
