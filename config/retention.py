"""How long each class of personal data is kept. A proposal: the data controller decides.

Sources: reference of periods in `docs/retention.md`; the privacy notice tells people
the same numbers, so change both together.
"""

from datetime import timedelta

from foundation.directory import retention as accounts
from foundation.directory.retention import RetentionRule, carry_out
from foundation.journal import retention as journal
from foundation.outbox import retention as outbox
from foundation.outbox.hooks import feed
from helpdesk import retention as helpdesk
from helpdesk.writing import drafts
from monitoring.subscribers import signup
from runbooks.paging import retention as paging

YEAR = timedelta(days=365)

RULES = (
    RetentionRule("ticket texts", 2 * YEAR, helpdesk.forget_texts),
    RetentionRule("ticket files", YEAR, helpdesk.drop_files),
    RetentionRule("acts for many tickets", YEAR, helpdesk.forget_bulk_acts),
    RetentionRule("letters of the tray", YEAR, helpdesk.forget_letters),
    RetentionRule("ended notes about municipalities", YEAR, helpdesk.forget_place_notes),
    RetentionRule("figures of agents", 2 * YEAR, helpdesk.forget_agent_figures),
    RetentionRule("unsent words", drafts.KEPT_FOR, drafts.forget_old),
    RetentionRule("telephone calls", YEAR, helpdesk.forget_calls),
    RetentionRule("notices", YEAR, helpdesk.forget_notices),
    RetentionRule("messages sent", 2 * YEAR, outbox.forget_messages),
    RetentionRule("events told to programs", timedelta(days=30), feed.forget),
    RetentionRule("calls to duty", 2 * YEAR, paging.forget_matters),
    RetentionRule("unproved subscriptions", timedelta(days=2), signup.forget_unproved),
    RetentionRule("journal texts", 2 * YEAR, journal.forget_texts),
    RetentionRule("invitations", YEAR, accounts.forget_invitations),
    RetentionRule("invitation campaigns", YEAR, accounts.forget_campaigns),
    RetentionRule("verification of contacts", YEAR, accounts.forget_verifications),
    RetentionRule("expired sessions", timedelta(0), accounts.forget_sessions),
    RetentionRule("destruction log", 3 * YEAR, accounts.forget_destructions),
)


def destroy_overdue() -> int:
    """What the daily sweep calls."""
    return carry_out(RULES)
