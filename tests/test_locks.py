"""PostgreSQL's advisory locks: held to the end of a transaction, each under a number of its own."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import permutations

import pytest
from django.db import OperationalError, connection, transaction

from foundation import locks as turns
from foundation.accounts.campaigns import running as campaigns
from foundation.live import numbering
from helpdesk.incidents import auto_linking
from monitoring import locks

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's write transactions are the lock"),
]

HOLDERS = {
    "numbers of live events": partial(turns.take, numbering.NUMBERING),
    "decisions about outages": locks.hold,
    "who is invited": partial(turns.hold, campaigns.INVITING),
    "the matcher": partial(locks.hold, auto_linking.MATCHER),
}


def is_free(hold) -> bool:
    """Whether another connection gets it within a moment."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(gets, hold).result()


def gets(hold) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            return hold() is not False
    except OperationalError:
        return False
    finally:
        connection.close()


@pytest.mark.parametrize("hold", HOLDERS.values(), ids=HOLDERS)
def test_a_second_holder_waits_for_the_end_of_the_transaction(hold):
    with transaction.atomic():
        hold()
        assert not is_free(hold)
    assert is_free(hold)


@pytest.mark.parametrize(("one", "other"), list(permutations(HOLDERS, 2)))
def test_nobody_waits_for_whoever_holds_another_lock(one, other):
    with transaction.atomic():
        HOLDERS[one]()
        assert is_free(HOLDERS[other])
