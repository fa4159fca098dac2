"""What only the whole house can say: its schema, its workers, its backup, its clock, disk and certificate."""

import ctypes
import shutil
import socket
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.timetable import SWEEPS
from foundation import now, readiness
from foundation.directory.models import Person
from foundation.leases.models import SweepMark
from foundation.outbox.models import OutboxMessage
from foundation.readiness import Finding, Part
from runbooks.models import Broadcast, Run

BACKUP_LASTS, PROOF_LASTS, CERTIFICATE_LASTS = timedelta(days=2), timedelta(days=35), timedelta(days=14)
LOOKED_AT = timedelta(days=1)
WORKERS_LATE = timedelta(minutes=5)
CLOCKS_APART = timedelta(seconds=2)
ROOM, LITTLE_ROOM = 0.10, 0.20  # of a disk
UNSYNCHRONISED = 5  # what adjtimex answers then (man 2 adjtimex, TIME_ERROR)
TIMEX_BYTES = 208
SECONDS = 5.0


@readiness.parts.register
def parts() -> Iterable[Part]:
    yield Part("version", 10, gettext_lazy("Version and schema"), version)
    yield Part("workers", 15, gettext_lazy("Workers that go round"), workers)
    yield Part("backup", 120, gettext_lazy("A backup"), backup)
    yield Part("backup-proved", 125, gettext_lazy("A backup that was proved"), backup_proved)
    yield Part("clock", 130, gettext_lazy("The clock"), clock)
    yield Part("disk", 140, gettext_lazy("Room on the disk"), disk)
    yield Part(
        "certificate", 150, gettext_lazy("The certificate"), certificate,
        test=read_certificate, tests_as=gettext_lazy("Read the certificate"),
    )  # fmt: skip
    yield Part("quiet", 200, gettext_lazy("Nothing in the middle of its way"), quiet, before_upgrade=True)
    yield Part("fresh-backup", 210, gettext_lazy("A backup of today"), fresh_backup, before_upgrade=True)


def version() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return readiness.missing(_("%(n)d migrations wait: run migrate.") % {"n": len(waiting)})
    return readiness.ready(_("The schema is the one of this release."))


def workers() -> Finding:
    """The sweeps that should have gone round within minutes did."""
    every = {sweep.name for sweep in SWEEPS if sweep.every <= timedelta(minutes=1)}
    fresh = SweepMark.objects.filter(name__in=every, succeeded_at__gt=now() - WORKERS_LATE)
    late = sorted(every - set(fresh.values_list("name", flat=True)))
    if not late:
        return readiness.ready(_("All %(n)d recurring jobs have gone round.") % {"n": len(every)})
    names = ", ".join(late[:3]) + ("…" if len(late) > 3 else "")
    return readiness.missing(
        _("%(n)d recurring jobs have not gone round: %(names)s.") % {"n": len(late), "names": names}
    )


def backup(within: timedelta = BACKUP_LASTS) -> Finding:
    proof = readiness.proof_of("backup")
    if proof is None:
        return readiness.missing(_("No backup has been made yet: nobet backup."))
    day = f"{proof.at:%d.%m.%Y %H.%M} UTC"
    if proof.at < now() - within:
        return readiness.missing(_("The last backup is of %s.") % day)
    return readiness.ready(_("The last backup is of %s.") % day)


def fresh_backup() -> Finding:
    return backup(LOOKED_AT)


def backup_proved() -> Finding:
    proof = readiness.proof_of("backup-proved", within=PROOF_LASTS)
    if proof is None:
        return readiness.missing(_("No backup was proved in the last 35 days: nobet restore PACK --verify."))
    if not proof.passed:
        return readiness.missing(_("The last backup that was tried is damaged: %s") % proof.said)
    return readiness.ready(_("A backup was restored beside ours and counted on %s.") % f"{proof.at:%d.%m.%Y}")


def clock() -> Finding:
    """Ours beside the database's, and whether the kernel's is kept in step."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - now())
        if apart > CLOCKS_APART:
            return readiness.missing(_("Our clock and the database's are %d s apart.") % apart.total_seconds())
    if is_unsynchronised():
        return readiness.worth_a_look(
            _("Nothing keeps this machine's clock in step. Start chrony or systemd-timesyncd.")
        )
    return readiness.ready(_("The clock is in step."))


def is_unsynchronised() -> bool:
    """What the kernel says; False where it cannot be asked."""
    try:
        return ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)) == UNSYNCHRONISED
    except (OSError, AttributeError):
        return False


def disk() -> Finding:
    """The fullest of the disks that we write to."""
    folders = [Path(folder) for folder in (settings.VAR_DIR, settings.MEDIA_ROOT) if Path(folder).exists()]
    free = min((usage.free / usage.total for usage in map(shutil.disk_usage, folders)), default=1.0)
    sentence = _("%d %% of the disk is free.") % (free * 100)
    if free < ROOM:
        return readiness.missing(sentence)
    return readiness.worth_a_look(sentence) if free < LITTLE_ROOM else readiness.ready(sentence)


def certificate() -> Finding:
    if not settings.SECURE:
        return readiness.missing(_("PUBLIC_BASE_URL is not https: what people type travels in the open."))
    proof = readiness.proof_of("certificate", within=timedelta(days=7))
    if proof is None:
        return readiness.worth_a_look(_("The certificate has not been read in the last seven days."))
    if not proof.passed:
        return readiness.missing(_("The certificate could not be read: %s") % proof.said)
    ends = datetime.fromisoformat(proof.said)
    sentence = _("The certificate is good until %s.") % f"{ends:%d.%m.%Y}"
    return readiness.ready(sentence) if ends > now() + CERTIFICATE_LASTS else readiness.missing(sentence)


def read_certificate(person: Person | None = None) -> None:
    """Ask our own public address for its certificate, as a browser would."""
    place = urlsplit(settings.PUBLIC_BASE_URL)
    host, port = place.hostname or "", place.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
    except (OSError, KeyError, ValueError) as error:
        readiness.keep_proof("certificate", passed=False, said=type(error).__name__, by=person)
    else:
        said = datetime.fromtimestamp(ends, tz=now().tzinfo).isoformat()
        readiness.keep_proof("certificate", passed=True, said=said, by=person)


def read_certificate_if_due() -> None:
    """From a terminal nobody presses the button."""
    if settings.SECURE and readiness.proof_of("certificate", within=LOOKED_AT) is None:
        read_certificate()


def quiet() -> Finding:
    """What an upgrade would interrupt: nothing is lost by it, and it is better awaited."""
    sending = Broadcast.objects.on_their_way().count()
    running = Run.objects.underway().count()
    posting = OutboxMessage.objects.filter(state=OutboxMessage.State.POSTING).count()
    values = {"sending": sending, "running": running, "posting": posting}
    if any(values.values()):
        sentence = _(
            "%(sending)d broadcasts are leaving, %(running)d runs are under way, %(posting)d messages are being posted."
        )
        return readiness.missing(sentence % values)
    return readiness.ready(_("No broadcast is leaving and no run is under way."))
