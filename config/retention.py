"""How long each class of personal data is kept. A proposal: the data controller decides.

Sources: reference of periods in `docs/retention.md`; the privacy notice tells people
the same numbers, so change both together.
"""

from datetime import timedelta

from foundation.directory import retention as accounts
from foundation.directory.retention import Rule, carry_out
from foundation.journal import retention as journal
from foundation.outbox import retention as outbox
from helpdesk import retention as helpdesk
from monitoring.subscribers import signup

YEAR = timedelta(days=365)

RULES = (
    Rule("ticket texts", 2 * YEAR, helpdesk.forget_texts),
    Rule("ticket files", YEAR, helpdesk.drop_files),
    Rule("messages sent", 2 * YEAR, outbox.forget_messages),
    Rule("unproved subscriptions", timedelta(days=2), signup.forget_unproved),
    Rule("journal texts", 2 * YEAR, journal.forget_texts),
    Rule("invitations", YEAR, accounts.forget_invitations),
    Rule("expired sessions", timedelta(0), accounts.forget_sessions),
    Rule("destruction log", 3 * YEAR, accounts.forget_destructions),
)


def destroy_overdue() -> int:
    """What the daily sweep calls."""
    return carry_out(RULES)
