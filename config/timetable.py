"""All recurring work on one page.

Each line names a sweep, how often it looks, and the verb it calls. Celery beat
rings by this table; `manage.py sweep --once` walks it without Celery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from config import retention
from foundation.accounts.campaigns import running as campaigns
from foundation.accounts.preparedness import counting as preparedness
from foundation.accounts.verification import asking as verification
from foundation.journal import sealing
from foundation.live import numbering
from foundation.outbox import canary, credit, housekeeping
from foundation.outbox.delivery import dispatch
from foundation.outbox.hooks import feed
from foundation.outbox.hooks import sending as hooks
from foundation.outbox.reconciliation import receipts, status_polling, uncertain
from foundation.wire.api import idempotency
from foundation.wire.files import draft_uploads
from helpdesk import escalations
from helpdesk.bulk import running
from helpdesk.distribution import giving
from helpdesk.incidents import answers, auto_linking, recovery
from helpdesk.mail import fetching
from helpdesk.notices import letters
from helpdesk.reports import counting
from helpdesk.statutes import clocks as statutory_clocks
from helpdesk.tickets import attachment_scanning, counters, snoozing
from helpdesk.waiting import care
from monitoring import sweeps
from monitoring.history import rollups
from monitoring.probing import jobs as posts
from monitoring.status import static_site
from monitoring.subscribers import notify
from runbooks.broadcasts.approval import approval, break_glass
from runbooks.broadcasts.delivery import acknowledgements, follow_ups, sending
from runbooks.paging import ladders, watching
from runbooks.rotas import gaps, laying
from runbooks.runs import engine
from runbooks.scenarios import playing


@dataclass(frozen=True)
class Sweep:
    """One recurring look at the database: `work` finds what is due and does it."""

    name: str
    every: timedelta
    work: Callable[[], object]
    queue: str = "celery"  # sweeps that take long have workers of their own


def look_for_matters() -> int:
    """Paging looks around; of late sweeps it knows because it is told here how often each should go through."""
    return watching.look_around({sweep.name: sweep.every for sweep in SWEEPS})


SWEEPS: tuple[Sweep, ...] = (
    Sweep("outbox.sms", timedelta(seconds=2), dispatch.deliver_sms, queue="outbox"),
    Sweep("outbox.email", timedelta(seconds=3), dispatch.deliver_email, queue="outbox"),
    Sweep("outbox.hook", timedelta(seconds=3), dispatch.deliver_hooks, queue="outbox"),
    Sweep("outbox.push", timedelta(seconds=3), dispatch.deliver_pushes, queue="outbox"),
    Sweep("outbox.receipts", timedelta(seconds=2), receipts.apply),
    Sweep("outbox.doubts", timedelta(seconds=3), uncertain.run, queue="outbox"),
    Sweep("outbox.inquiries", timedelta(seconds=20), status_polling.ask_about_silent, queue="outbox"),
    Sweep("outbox.credit", timedelta(minutes=5), credit.ask_all, queue="outbox"),
    Sweep("outbox.canary", timedelta(minutes=5), canary.fly),
    Sweep("outbox.unconfirmed", timedelta(seconds=30), receipts.give_up_waiting),
    Sweep("outbox.expire", timedelta(seconds=5), housekeeping.expire),
    Sweep("outbox.secrets", timedelta(seconds=10), housekeeping.forget_secrets),
    Sweep("outbox.close", timedelta(seconds=20), housekeeping.close_batches),
    Sweep("outbox.feed", timedelta(seconds=2), feed.follow),
    Sweep("outbox.webhooks", timedelta(seconds=3), hooks.deliver_due, queue="outbox"),
    Sweep("accounts.campaigns", timedelta(seconds=5), campaigns.carry_owed),
    Sweep("accounts.preparedness", timedelta(minutes=10), preparedness.keep),
    Sweep("accounts.verification", timedelta(seconds=5), verification.carry_owed),
    Sweep("journal.seal", timedelta(seconds=5), sealing.seal),
    Sweep("live.keep_house", timedelta(minutes=1), numbering.maintain),
    Sweep("helpdesk.tallies", timedelta(seconds=5), counters.recount),
    Sweep("helpdesk.answers", timedelta(seconds=2), answers.write_owed),
    Sweep("helpdesk.bulk", timedelta(seconds=2), running.carry_owed),
    Sweep("helpdesk.distribution", timedelta(seconds=3), giving.give_waiting),
    Sweep("helpdesk.notices", timedelta(seconds=5), letters.write_due),
    Sweep("helpdesk.match", timedelta(seconds=2), auto_linking.match_waiting),
    Sweep("helpdesk.waiting", timedelta(minutes=5), care.look_after),
    Sweep("helpdesk.snoozes", timedelta(seconds=10), snoozing.wake_due),
    Sweep("helpdesk.reports", timedelta(minutes=10), counting.keep, queue="outbox"),
    Sweep("helpdesk.mail", timedelta(seconds=20), fetching.fetch, queue="outbox"),
    Sweep("helpdesk.quarantine", timedelta(seconds=5), attachment_scanning.ask_about_waiting, queue="outbox"),
    Sweep("helpdesk.recovery", timedelta(seconds=5), recovery.resolve_recovered),
    Sweep("runbooks.scenario", timedelta(seconds=1), playing.advance),
    Sweep("monitoring.posts", timedelta(seconds=5), posts.ring),
    Sweep("monitoring.review", timedelta(seconds=10), sweeps.look_around),
    Sweep("monitoring.history", timedelta(minutes=15), rollups.keep),
    Sweep("monitoring.forget", timedelta(hours=6), rollups.forget),
    Sweep("monitoring.alertmanager", timedelta(minutes=1), sweeps.speak_to_alertmanager),
    Sweep("monitoring.snapshot", timedelta(seconds=1), static_site.keep),
    Sweep("monitoring.subscribers", timedelta(seconds=2), notify.announce_due),
    Sweep("runbooks.runs", timedelta(seconds=2), engine.go_on),
    Sweep("runbooks.paging", timedelta(seconds=2), ladders.go_on),
    Sweep("runbooks.watching", timedelta(seconds=10), look_for_matters),
    Sweep("runbooks.dispatch", timedelta(seconds=2), sending.dispatch_due),
    Sweep("runbooks.follow", timedelta(seconds=2), sending.follow),
    Sweep("runbooks.chase", timedelta(seconds=20), follow_ups.chase_due),
    Sweep("runbooks.machines", timedelta(seconds=30), acknowledgements.hear_machines),
    Sweep("runbooks.reviews", timedelta(hours=1), break_glass.remind_of_reviews),
    Sweep("runbooks.rotas", timedelta(hours=6), laying.sweep),
    Sweep("runbooks.gaps", timedelta(minutes=15), gaps.tell_leads),
    Sweep("runbooks.lapse", timedelta(seconds=30), approval.lapse_overdue),
    Sweep("sla.clocks", timedelta(seconds=15), escalations.look_at_the_clocks),
    Sweep("helpdesk.statutes", timedelta(minutes=1), statutory_clocks.warn_due),
    Sweep("helpdesk.digests", timedelta(seconds=15), escalations.write_digests),
    Sweep("sla.calendars", timedelta(minutes=1), escalations.follow_the_calendars),
    Sweep("wire.answers", timedelta(hours=1), idempotency.forget_old_answers),
    Sweep("wire.kept_files", timedelta(hours=1), draft_uploads.forget_old),
    Sweep("retention", timedelta(days=1), retention.destroy_overdue),
)
