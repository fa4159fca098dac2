"""Every noun of the demonstration, and how a house makes, changes and ends one of its own.

`tests/test_nouns.py` loads the demonstration, looks which tables it filled, and asks this
table for each. A noun is `Kept` by doors of the wall and operations of the API, is a `Fact`
that the machine writes down, or is `Owed`: its doors are still missing, and the test says so
as soon as they exist, so that nothing stays owed by oversight.
"""

from dataclasses import dataclass

Operation = tuple[str, str]


@dataclass(frozen=True)
class Act:
    """One of the three acts: names of pages that take forms, and operations that do the same."""

    pages: tuple[str, ...]
    operations: tuple[Operation, ...] = ()
    no_operation: str = ""


@dataclass(frozen=True)
class Kept:
    make: Act
    change: Act
    end: Act

    @property
    def acts(self) -> tuple[Act, Act, Act]:
        return self.make, self.change, self.end


@dataclass(frozen=True)
class Fact:
    """Written down by the machine when something happened; nobody makes one by hand."""

    why: str


@dataclass(frozen=True)
class Part:
    """A row that is kept with another noun."""

    of: str


@dataclass(frozen=True)
class Owed:
    """Nobody can make one yet without a shell. `address` is where it will be."""

    address: str


def act(*pages: str, api: tuple[Operation, ...] | str = ()) -> Act:
    """`api` lists operations, or says why there is none."""
    return Act(pages, no_operation=api) if isinstance(api, str) else Act(pages, api)


PERSON = "a person moves the whole country by it; it asks for a fresh second factor, which a program cannot show"
AMONG_COLLEAGUES = "a word among colleagues, read beside the ticket; no program has one to say"
OWN_WAYS = "everybody proves their own ways, by a code that arrives there"

NOUNS: dict[str, Kept | Fact | Part | Owed] = {
    # --- Who and where ----------------------------------------------------
    "directory.Province": Kept(
        act("accounts:new_province", api=(("POST", "/api/v1/provinces/"),)),
        act("accounts:province", api=(("PUT", "/api/v1/provinces/{code}/"),)),
        act("accounts:province_closing", api=(("POST", "/api/v1/provinces/{code}/closing/"),)),
    ),
    "directory.Municipality": Kept(
        act("accounts:new_municipality", api=(("POST", "/api/v1/municipalities/"),)),
        act(
            "accounts:municipality",
            "accounts:runs_components",
            api=(
                ("PUT", "/api/v1/municipalities/{code}/"),
                ("PUT", "/api/v1/municipalities/{code}/components/"),
            ),
        ),
        act("accounts:municipality_closing", api=(("POST", "/api/v1/municipalities/{code}/closing/"),)),
    ),
    "directory.Component": Kept(
        act("accounts:new_component", api=(("POST", "/api/v1/components/"),)),
        act("accounts:component", api=(("PUT", "/api/v1/components/{code}/"),)),
        act("accounts:component_retirement", api=(("POST", "/api/v1/components/{code}/retirement/"),)),
    ),
    "directory.Person": Kept(
        act("accounts:staff", "accounts:national_invitations", api=(("POST", "/api/v1/invitations/"),)),
        act("accounts:restoration", "accounts:second_factor_reset", api=PERSON),
        act("accounts:revocation", "accounts:erasure", api=(("POST", "/api/v1/people/{pk}/revocation/"),)),
    ),
    "directory.Membership": Kept(
        act("accounts:giving", api=(("POST", "/api/v1/people/{pk}/roles/"),)),
        act("accounts:giving", "accounts:ending", api="a role is ended and given anew, so that history keeps both"),
        act("accounts:ending", api=(("DELETE", "/api/v1/people/{pk}/roles/{role}/"),)),
    ),
    "directory.Contact": Kept(
        act("accounts:contacts", api=(("POST", "/api/v1/contacts/"),)),
        act("accounts:contact_verification", api="whoever received the code types it"),
        act("accounts:contact_removal", api=(("DELETE", "/api/v1/contacts/{pk}/"),)),
    ),
    # --- The desk ---------------------------------------------------------
    "helpdesk.Team": Kept(
        act("helpdesk:new_team", api=(("POST", "/api/v1/teams/"),)),
        act(
            "helpdesk:team",
            "helpdesk:team_editing",
            "helpdesk:skills",
            "helpdesk:leaving",
            api=(
                ("PATCH", "/api/v1/teams/{code}/"),
                ("POST", "/api/v1/teams/{code}/members/"),
                ("PATCH", "/api/v1/teams/{code}/members/{pk}/"),
                ("DELETE", "/api/v1/teams/{code}/members/{pk}/"),
            ),
        ),
        act("helpdesk:team_ending", api=(("DELETE", "/api/v1/teams/{code}/"),)),
    ),
    "helpdesk.Queue": Kept(
        act("helpdesk:new_queue", api=(("POST", "/api/v1/queues/"),)),
        act(
            "helpdesk:queue",
            "helpdesk:queue_default",
            api=(("PUT", "/api/v1/queues/{code}/"), ("POST", "/api/v1/queues/{code}/default/")),
        ),
        act("helpdesk:queue_ending", api=(("DELETE", "/api/v1/queues/{code}/"),)),
    ),
    "helpdesk.Ticket": Kept(
        act("helpdesk:new_ticket", api=(("POST", "/api/v1/tickets/"),)),
        act(
            "helpdesk:message",
            "helpdesk:severity",
            api=(
                ("POST", "/api/v1/tickets/{number}/messages/"),
                ("POST", "/api/v1/tickets/{number}/module/"),
                ("POST", "/api/v1/tickets/{number}/queue/"),
                ("POST", "/api/v1/tickets/{number}/severity/"),
                ("POST", "/api/v1/tickets/{number}/municipality/"),
                ("POST", "/api/v1/tickets/{number}/requester/"),
            ),
        ),
        act("helpdesk:solution", "helpdesk:withdrawal", api=(("POST", "/api/v1/tickets/{number}/resolution/"),)),
    ),
    "helpdesk.Message": Part("helpdesk.Ticket"),
    "helpdesk.Article": Kept(
        act("helpdesk:new_article", api=(("POST", "/api/v1/articles/"),)),
        act("helpdesk:article_editing", api=(("PUT", "/api/v1/articles/{slug}/"),)),
        act("helpdesk:article_editing", api=(("PUT", "/api/v1/articles/{slug}/"),)),
    ),
    "helpdesk.SavedView": Kept(
        act("helpdesk:new_saved_view", api=(("POST", "/api/v1/views/"),)),
        act("helpdesk:saved_view", api=(("PUT", "/api/v1/views/{pk}/"),)),
        act("helpdesk:saved_view_removal", api=(("DELETE", "/api/v1/views/{pk}/"),)),
    ),
    "helpdesk.PinnedView": Part("helpdesk.SavedView"),
    "helpdesk.Macro": Kept(
        act("helpdesk:macros", api=(("POST", "/api/v1/macros/"),)),
        act("helpdesk:macro_editing", api=(("PUT", "/api/v1/macros/{pk}/"),)),
        act("helpdesk:macro_removal", api=(("DELETE", "/api/v1/macros/{pk}/"),)),
    ),
    "helpdesk.PlaceNote": Kept(
        act("helpdesk:place_notes", api=AMONG_COLLEAGUES),
        act("helpdesk:place_note", api=AMONG_COLLEAGUES),
        act("helpdesk:place_note_ending", api=AMONG_COLLEAGUES),
    ),
    "helpdesk.Filing": Fact("the number of a ticket, taken when it is filed"),
    "helpdesk.DeskNotice": Fact("what somebody was told of a ticket; they mark it read"),
    "helpdesk.DayFigure": Fact("what happened on a day, counted by a sweep"),
    "helpdesk.Tally": Fact("open tickets as counted last"),
    # --- Service levels ---------------------------------------------------
    "django_sla.Calendar": Kept(
        act("helpdesk:calendar_overlay", api=(("POST", "/api/v1/calendars/"),)),
        act("helpdesk:calendar_week", api=(("PUT", "/api/v1/calendars/{code}/week/"),)),
        act("helpdesk:calendar_day", api="promises point at it for good; its days are withdrawn one by one"),
    ),
    "django_sla.WorkingWeek": Part("django_sla.Calendar"),
    "django_sla.SpecialDay": Kept(
        act("helpdesk:calendar_days", api=(("POST", "/api/v1/calendars/{code}/days/"),)),
        act("helpdesk:calendar_days", api=(("POST", "/api/v1/calendars/{code}/days/"),)),
        act("helpdesk:calendar_day", api=(("DELETE", "/api/v1/calendars/{code}/days/{pk}/"),)),
    ),
    "django_sla.Policy": Kept(
        act("helpdesk:new_policy", api=(("POST", "/api/v1/policies/"),)),
        act("helpdesk:policy", api=(("PUT", "/api/v1/policies/{code}/terms/"),)),
        act("helpdesk:policy", api=(("PUT", "/api/v1/policies/{code}/terms/"),)),
    ),
    "django_sla.PolicyVersion": Part("django_sla.Policy"),
    "django_sla.Target": Part("django_sla.Policy"),
    "django_sla.Clock": Fact("starts with a ticket"),
    "django_sla.ClockEvent": Fact("what happened to a clock"),
    # --- The watch --------------------------------------------------------
    "monitoring.Node": Kept(
        act("monitoring:sheet", api=(("POST", "/api/v1/nodes/sheet/"),)),
        act("monitoring:nodes_many", api=(("POST", "/api/v1/nodes/change/"),)),
        act("monitoring:sheet", api=(("POST", "/api/v1/nodes/change/"),)),
    ),
    "monitoring.Check": Part("monitoring.Node"),
    "monitoring.Dependency": Kept(
        act("monitoring:node_parents", api=(("PUT", "/api/v1/nodes/{code}/parents/"),)),
        act("monitoring:node_parents", api=(("PUT", "/api/v1/nodes/{code}/parents/"),)),
        act("monitoring:node_parents", api=(("PUT", "/api/v1/nodes/{code}/parents/"),)),
    ),
    "monitoring.Maintenance": Kept(
        act("monitoring:maintenance", api=(("POST", "/api/v1/maintenance/"),)),
        act("monitoring:maintenance_cancellation", api=(("POST", "/api/v1/maintenance/{pk}/end/"),)),
        act("monitoring:maintenance_cancellation", api=(("POST", "/api/v1/maintenance/{pk}/cancellation/"),)),
    ),
    "monitoring.Outage": Kept(
        act("runbooks:outage_declaration", api=(("POST", "/api/v1/outages/"),)),
        act(
            "monitoring:outage_words",
            "monitoring:outage_times",
            api=(("POST", "/api/v1/outages/{pk}/updates/"), ("POST", "/api/v1/outages/{pk}/times/")),
        ),
        act(
            "monitoring:outage_words",
            "monitoring:outage_withdrawal",
            api=(("POST", "/api/v1/outages/{pk}/updates/"), ("POST", "/api/v1/outages/{pk}/withdrawal/")),
        ),
    ),
    "monitoring.StatusUpdate": Kept(
        act("monitoring:outage_words", api=(("POST", "/api/v1/outages/{pk}/updates/"),)),
        act("monitoring:update_correction", api=(("POST", "/api/v1/outages/{pk}/updates/{update}/correction/"),)),
        act("monitoring:update_correction", api="what was said stays said, with its correction beside it"),
    ),
    "monitoring.UpdateTemplate": Kept(
        act("monitoring:update_templates", api=(("POST", "/api/v1/update-templates/"),)),
        act("monitoring:update_templates", api=(("PUT", "/api/v1/update-templates/{pk}/"),)),
        act("monitoring:update_templates", api=(("DELETE", "/api/v1/update-templates/{pk}/"),)),
    ),
    "monitoring.Affected": Fact("whom an outage reached and until when"),
    "monitoring.Hour": Fact("what checks measured"),
    # --- What we do -------------------------------------------------------
    "runbooks.Rota": Kept(
        act("runbooks:new_rota", api=(("POST", "/api/v1/rotas/"),)),
        act("runbooks:rota_change", api=(("PATCH", "/api/v1/rotas/{key}/"),)),
        act("runbooks:rota_end", api=(("POST", "/api/v1/rotas/{key}/end/"),)),
    ),
    "runbooks.RotaLayer": Kept(
        act("runbooks:new_layer", api=(("POST", "/api/v1/rotas/{key}/layers/"),)),
        act("runbooks:layer", api=(("POST", "/api/v1/rotas/{key}/layers/"),)),
        act("runbooks:layer_end", api=(("POST", "/api/v1/rotas/{key}/layers/{pk}/end/"),)),
    ),
    "runbooks.RotaLayerMember": Part("runbooks.RotaLayer"),
    "runbooks.Shift": Kept(
        act("runbooks:new_shift", api=(("POST", "/api/v1/rotas/{key}/shifts/"),)),
        act("runbooks:take_over", api="who takes a shift over, or swaps it, says so as the person they are"),
        act("runbooks:shift_withdrawal", api=(("POST", "/api/v1/rotas/{key}/shifts/{pk}/withdrawal/"),)),
    ),
    "runbooks.PagingPolicy": Kept(
        act("runbooks:new_paging_policy", api=(("POST", "/api/v1/paging-policies/"),)),
        act("runbooks:paging_policy", api=(("PUT", "/api/v1/paging-policies/{pk}/"),)),
        act("runbooks:paging_policy_removal", api=(("DELETE", "/api/v1/paging-policies/{pk}/"),)),
    ),
    "runbooks.PolicyStep": Part("runbooks.PagingPolicy"),
    "runbooks.ContactWay": Kept(
        act("runbooks:ways", api=OWN_WAYS), act("runbooks:way", api=OWN_WAYS), act("runbooks:way", api=OWN_WAYS)
    ),
    "runbooks.Endpoint": Kept(
        act("runbooks:endpoints", api=(("POST", "/api/v1/endpoints/"),)),
        act(
            "runbooks:endpoint",
            "runbooks:endpoint_secret",
            api=(("POST", "/api/v1/endpoints/{key}/"), ("POST", "/api/v1/endpoints/{key}/secret/")),
        ),
        act("runbooks:endpoint_end", api=(("POST", "/api/v1/endpoints/{key}/end/"),)),
    ),
    "runbooks.MessageTemplate": Kept(
        act("runbooks:message_templates", api=(("POST", "/api/v1/message-templates/"),)),
        act("runbooks:message_template", api=(("POST", "/api/v1/message-templates/{key}/"),)),
        act("runbooks:message_template_end", api=(("POST", "/api/v1/message-templates/{key}/end/"),)),
    ),
    "runbooks.ShippedPiece": Fact("what a release brought, beside what the house made of it"),
    "runbooks.Runbook": Kept(
        act("runbooks:publish", api=(("POST", "/api/v1/runbooks/"),)),
        act("runbooks:publish", "runbooks:runbook_names", api=(("POST", "/api/v1/runbooks/"),)),
        act("runbooks:publish", api="a plan is followed by its next version; runs keep the one they began with"),
    ),
    "runbooks.DrillNumber": Kept(
        act("runbooks:drill_list", api=PERSON),
        act("runbooks:drill_list", api=PERSON),
        act("runbooks:drill_list", api=PERSON),
    ),
    # --- The ground -------------------------------------------------------
    "journal.Entry": Fact("what happened and who did it"),
    "journal.PersonalText": Fact("the erasable words beside an entry of the record"),
    "live.Event": Fact("word to open pages"),
    "outbox.Batch": Fact("handed in by whoever writes"),
    "outbox.OutboxMessage": Fact("handed in by whoever writes"),
    "outbox.FeedMark": Fact("how far the record was told"),
}
