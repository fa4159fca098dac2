"""The report in the public shape of Atlassian Statuspage v2, which existing clients read.

Pure: `Report` in, JSON documents out. Our words are mapped to theirs because clients
bear unknown words badly. Texts are in the reader's active language.
"""

from datetime import datetime

from django.conf import settings

from foundation.directory.models import Component
from monitoring.models import Maintenance, Outage, Severity, State, StatusUpdate
from monitoring.status.report import ComponentReport, StatusReport

COMPONENT_STATUS = {
    State.OK: "operational",
    State.NO_DATA: "operational",
    State.MAINTENANCE: "under_maintenance",
    State.DEGRADED: "degraded_performance",
    State.PARTIAL: "partial_outage",
    State.OUTAGE: "major_outage",
}
INDICATOR = {
    State.OK: ("none", "All Systems Operational"),
    State.NO_DATA: ("none", "All Systems Operational"),
    State.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    State.DEGRADED: ("minor", "Partially Degraded Service"),
    State.PARTIAL: ("major", "Partial System Outage"),
    State.OUTAGE: ("critical", "Major System Outage"),
}
IMPACT = {Severity.S1: "critical", Severity.S2: "major", Severity.S3: "minor", Severity.S4: "none"}
STAGE = {
    Maintenance.Stage.SCHEDULED: "scheduled",
    Maintenance.Stage.IN_PROGRESS: "in_progress",
    Maintenance.Stage.COMPLETED: "completed",
    Maintenance.Stage.CANCELLED: "completed",
}


def summary(report: StatusReport) -> dict:
    return {
        "page": page(report),
        "components": components(report)["components"],
        "incidents": [incident(outage, report) for outage in report.outages],
        "scheduled_maintenances": [maintenance(window, report) for window in report.upcoming],
        "status": status(report)["status"],
    }


def status(report: StatusReport) -> dict:
    indicator, description = INDICATOR[State(report.state)]
    return {"page": page(report), "status": {"indicator": indicator, "description": description}}


def components(report: StatusReport) -> dict:
    """The components of the page and, on the national one, a line for each province."""
    rows = [component(row, report) for row in report.components]
    rows += [province(row, len(rows) + place, report) for place, row in enumerate(report.provinces, 1)]
    return {"page": page(report), "components": rows}


def incidents(report: StatusReport, past: list[Outage]) -> dict:
    """The last 50: open ones first, then ended ones, newest first."""
    rows = [*report.outages, *past][:50]
    return {"page": page(report), "incidents": [incident(outage, report) for outage in rows]}


def unresolved(report: StatusReport) -> dict:
    return {"page": page(report), "incidents": [incident(outage, report) for outage in report.outages]}


def maintenances(report: StatusReport, *stages: Maintenance.Stage) -> dict:
    wanted = [window for window in report.upcoming if not stages or window.stage(report.at) in stages]
    return {"page": page(report), "scheduled_maintenances": [maintenance(window, report) for window in wanted]}


def page(report: StatusReport) -> dict:
    return {
        "id": page_id(report),
        "name": f"{report.of.full_name} · Nöbet" if report.of else "Nöbet",
        "url": address(report),
        "time_zone": settings.TIME_ZONE,
        "updated_at": stamp(report.changed_at),
    }


def page_id(report: StatusReport) -> str:
    return f"nobet-{report.of.code}" if report.of else "nobet"


def address(report: StatusReport) -> str:
    return f"{settings.PUBLIC_BASE_URL}/status/{report.of.code + '/' if report.of else ''}"


def component(row: ComponentReport, report: StatusReport) -> dict:
    started = row.history.days[0][0] if row.history.days else None
    return component_fields(row.component, row.state, report) | {
        "description": row.component.note or None,
        "start_date": started.isoformat() if started else None,
    }


def component_fields(component: Component, state: str, report: StatusReport) -> dict:
    changed = stamp(report.changed_at)
    return {
        "id": component.pk.lower(),
        "name": component.name,
        "status": COMPONENT_STATUS[State(state)],
        "created_at": changed,
        "updated_at": changed,
        "position": component.position,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(report),
        "group": False,
        "only_show_if_degraded": False,
    }


def province(row, position: int, report: StatusReport) -> dict:
    changed = stamp(report.changed_at)
    return {
        "id": f"il-{row.province.pk}",
        "name": row.province.name,
        "status": COMPONENT_STATUS[State(row.state)],
        "created_at": changed,
        "updated_at": changed,
        "position": position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(report),
        "group": False,
        "only_show_if_degraded": True,
    }


def incident(outage: Outage, report: StatusReport) -> dict:
    updates = list(outage.updates.all())
    monitoring = [update.created_at for update in updates if update.stage == Outage.Stage.MONITORING]
    latest = updates[0].created_at if updates else outage.confirmed_at
    return {
        "id": str(outage.pk),
        "name": outage.title,
        "status": outage.stage,
        "created_at": stamp(outage.confirmed_at),
        "updated_at": stamp(latest),
        "monitoring_at": stamp(min(monitoring)) if monitoring else None,
        "resolved_at": stamp(outage.ended_at),
        "impact": IMPACT[Severity(outage.severity)],
        "shortlink": f"{settings.PUBLIC_BASE_URL}/status/outages/{outage.pk}/",
        "started_at": stamp(outage.started_at),
        "page_id": page_id(report),
        "incident_updates": [incident_update(update, outage, report) for update in updates],
        "components": [
            component_fields(component, state_left(outage, report), report) for component in outage.components.all()
        ],
    }


def incident_update(update: StatusUpdate, outage: Outage, report: StatusReport) -> dict:
    meant = COMPONENT_STATUS[State(report.meant(outage))]
    affected = [
        {
            "code": component.pk.lower(),
            "name": component.name,
            "old_status": meant,
            "new_status": "operational" if update.stage == Outage.Stage.RESOLVED else meant,
        }
        for component in outage.components.all()
    ]
    at = stamp(update.created_at)
    return {
        "id": str(update.pk),
        "status": update.stage,
        "body": update.text,
        "incident_id": str(outage.pk),
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": affected or None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def state_left(outage: Outage, report: StatusReport) -> str:
    return State.OK if outage.ended_at else report.meant(outage)


def maintenance(window: Maintenance, report: StatusReport) -> dict:
    return {
        "id": f"m{window.pk}",
        "name": window.title,
        "status": STAGE[window.stage(report.at)],
        "created_at": stamp(window.created_at),
        "updated_at": stamp(window.changed_at or window.created_at),
        "monitoring_at": None,
        "resolved_at": None,
        "impact": "maintenance",
        "shortlink": f"{settings.PUBLIC_BASE_URL}/status/#maintenance-{window.pk}",
        "started_at": stamp(window.begins_at),
        "page_id": page_id(report),
        "incident_updates": [],
        "components": [component_fields(component, State.MAINTENANCE, report) for component in window.components.all()],
        "scheduled_for": stamp(window.begins_at),
        "scheduled_until": stamp(window.finishes_at),
    }


def stamp(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
