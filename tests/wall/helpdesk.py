"""Tickets of Odunpazarı, the desk's queue, and a major incident."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from django_sla import seeds
from django_sla.models import Calendar, Policy, SpecialDay
from foundation import now
from foundation.directory.models import Component
from foundation.outbox.hooks import feed
from foundation.outbox.models import PushSubscription
from helpdesk import tickets
from helpdesk.bulk import running, selection
from helpdesk.bulk.running import BulkTerms
from helpdesk.calls import exchanges
from helpdesk.handovers import handing
from helpdesk.incidents import major_incidents
from helpdesk.knowledge import articles
from helpdesk.links import linking, merging
from helpdesk.mail.intake import deliver
from helpdesk.mail.parsing import Letter
from helpdesk.models import (
    Article,
    Attachment,
    Distribution,
    Follower,
    Macro,
    NoticeMatter,
    PhoneCall,
    Queue,
    ReceivedLetter,
    RoutingRule,
    SavedView,
    Team,
    WaitingCare,
)
from helpdesk.notices import followers
from helpdesk.places import notes
from helpdesk.placing import rules
from helpdesk.restricted import naming
from helpdesk.saved_views import keeping
from helpdesk.writing import drafts
from monitoring import outages
from runbooks.models import Matter, Page
from runbooks.paging import matters, watching
from tests.cast import a_component
from tests.helpdesk.builders import the_queue
from tests.wall import (
    DESK,
    EVERYONE,
    MUNICIPAL,
    NATIONAL,
    NOTE,
    OWN,
    SEALED,
    SECRET,
    Call,
    Door,
    Public,
    Socket,
    nothing,
)

READERS = OWN + NATIONAL
PARTIES = OWN + DESK


def ticket(stage):
    return {"number": stage.ticket.number}


def ended(stage):
    return {"number": stage.ended_ticket.number}


def linked(stage):
    return {"number": stage.linked_ticket.number}


def sealed(stage):
    return {"number": stage.sealed_ticket.number}


def quiet(stage):
    return {"number": stage.quiet_ticket.number}


def a_reader(stage):
    return sealed(stage) | {"pk": stage.selim.pk}


def the_law(stage):
    return sealed(stage) | {"pk": stage.law.pk}


def a_breaking_of_glass(stage):
    return {"number": stage.sealed_ticket.number, "reason": "Kimseye ulaşılamıyor"}


def local_now():
    return timezone.localtime(now()).strftime("%Y-%m-%dT%H:%M")


def attachment(stage):
    return ticket(stage) | {"pk": stage.attachment.pk}


def incident(stage):
    return {"pk": stage.incident.pk}


def the_letter(stage):
    return {"pk": stage.letter.pk}


def a_strange_letter(stage):
    return {"pk": stage.strange_letter.pk}


def an_absence(stage):
    return {"pk": stage.absence.pk}


def a_message(stage):
    return {"body": "Teşekkürler", "move": "reply"}


def a_wish(stage):
    return {
        "municipality": "26010",
        "component": "EBYS",
        "subject": "Açılmıyor",
        "impact": "one",
        "urgency": "question",
    }


def a_file(stage):
    return {"body": "Ekte", "files": [{"name": "not.txt", "content": "TWVyaGFiYQ=="}]}


def an_article(stage):
    return {"slug": stage.article.slug}


def an_articles_text(stage):
    return {"title_tr": "Makbuz", "slug": "makbuz-yeni", "body_tr": "Yazıcıyı açın", "publish": "yes"}


LEADS = ("leyla", "yonca")
KEEPERS = ("yonca",)
SHARERS = ("leyla", "burak")  # of the team that has the view


def a_macro(stage):
    return {"name": "Selam 2", "text": "Merhaba {isim}"}


def the_bulk_act(stage):
    return {"pk": stage.bulk_act.pk}


def a_bulk_act(stage):
    return {"kind": "note", "number": stage.ticket.number, "confirmed": "yes", "act-text": "Bakıldı"}


def a_bulk_act_over_the_api(stage):
    return {"kind": "note", "numbers": [stage.ticket.number], "text": "Bakıldı"}


def the_handover(stage):
    return {"pk": stage.handover.pk}


def a_handover(stage):
    return {"receiver": "queue:genel", "summary": "Vardiya bitti", "number": stage.linked_ticket.number}


def a_handover_over_the_api(stage):
    return {"queue": "genel", "summary": "Vardiya bitti", "numbers": [stage.linked_ticket.number]}


def the_call(stage):
    return {"pk": stage.call.pk}


def the_lost_call(stage):
    return {"pk": stage.lost_call.pk}


def a_call(stage):
    return {"municipality": "26010", "who": "Zabıta", "words": "Yazıcı", "act": "keep"}


def a_call_over_the_api(stage):
    return {"municipality": "26010", "who": "Zabıta", "words": "Yazıcı", "minutes": 3}


def a_macro_that_acts(stage):
    return ticket(stage) | {"pk": stage.acting_macro.pk}


def some_care(stage):
    return {"remind_after": 2, "close_after": 4}


def a_place(stage):
    return {"code": "26010"}


def the_note(stage):
    return a_place(stage) | {"pk": stage.place_note.pk}


def the_rule(stage):
    return {"code": stage.rule.code}


def a_rule(stage):
    return {"name": "Geceye", "queue": stage.night_queue.pk, "words": "gece", "is_active": "on"}


def a_rule_over_the_api(stage):
    return {"name": "Geceye", "queue": "gece", "words": ["gece"]}


def the_view(stage):
    return {"pk": stage.view.pk}


def a_view(stage):
    return {"name": "Yeni", "sorting": "due", "severity": ["S1"]}


def the_team(stage):
    return {"code": stage.team.code}


def a_member(stage):
    return the_team(stage) | {"pk": stage.burak.pk}


def the_night_queue(stage):
    return {"code": stage.night_queue.code}


def a_queues_terms(stage):
    return {"name_tr": "Gece", "name_en": "Night", "team": "genel", "components": ["RAPOR"], "open_tickets": "stay"}


def terms_over_the_api(stage):
    return {"name_tr": "Gece", "name_en": "Night", "team": "genel", "components": ["RAPOR"]}


def an_article_over_the_api(stage):
    return {"title_tr": "Makbuz", "body_tr": "Yazıcıyı açın", "publish": True}


def a_leave(stage):
    day = {"first": "2027-01-04", "last": "2027-01-04", "kind": "leave"}
    return day | {"name_tr": "İdari izin", "name_en": "Leave"}


def a_week(stage):
    return {"effective_from": "2027-02-01", "days": ["09:00-12:00 13:00-18:00"] * 5 + ["", ""]}


def some_terms(stage):
    target = {"metric": "resolution", "seconds": 14400, "calendar": "tr-mesai"}
    terms = {"position": 10, "is_active": True, "severity": [stage.policy_severity]}
    return terms | {"effective_from": "2027-02-01", "targets": [target]}


def a_linked_pair(stage):
    return {"value": stage.ended_ticket.number, "relation": "related"}


def a_later_word(stage):
    return {"number": stage.linked_ticket.number, "pk": stage.later_word.pk}


def a_split(stage):
    return {"token": "t1", "subject": "Yazıcı kâğıdı", "component": "RAPOR"}


def merged(stage):
    return {"number": stage.merged_ticket.number}


def a_link(stage):
    return ticket(stage) | {"pk": stage.ticket_link.pk}


def a_link_over_the_api(stage):
    return {"to": stage.ended_ticket.number, "relation": "has_part"}


doors = [
    Door("helpdesk:tickets", EVERYONE, reads=READERS),
    Door("helpdesk:new_ticket", MUNICIPAL + DESK),
    Door("helpdesk:promise", EVERYONE),
    Door("helpdesk:me_too", MUNICIPAL, at=lambda stage: {"pk": stage.outage.pk}, get=False, post=nothing),
    Door("helpdesk:ticket", READERS, at=ticket),
    Door("helpdesk:conversation", READERS, at=ticket),
    Door("helpdesk:message", PARTIES, at=ticket, reads=READERS, get=False, post=a_message),
    Door("helpdesk:claim", DESK, at=ticket, get=False, post=nothing),
    Door("helpdesk:release", DESK, at=linked, get=False, post=nothing),
    Door("helpdesk:assignment", DESK, at=ticket, get=False, post=lambda stage: {"to": stage.burak.pk}),
    Door("helpdesk:severity", DESK, at=ticket, get=False, post=lambda stage: {"severity": "S3", "reason": "?"}),
    Door(
        "helpdesk:correction",
        DESK,
        at=lambda stage: ticket(stage) | {"what": "module"},
        post=lambda s: {"value": "RAPOR"},
    ),
    Door("helpdesk:undoing", DESK, at=ticket, get=False, post=lambda stage: {"entry": "1"}, answers=(409,)),
    Door("helpdesk:waking", DESK, at=ticket, get=False, post=nothing),
    Door("helpdesk:beside", DESK, at=ticket, query="?view=all"),
    Door("helpdesk:reopening", PARTIES, at=ended, get=False, post=lambda stage: {"reason": "Yine oldu"}),
    Door("helpdesk:solution", PARTIES, at=ticket, get=False, post=lambda stage: {}),
    Door("helpdesk:withdrawal", PARTIES, at=ticket, get=False, post=lambda stage: {"reason": ""}),
    Door("helpdesk:satisfaction", OWN, at=ended, get=False, post=lambda stage: {"score": "5"}),
    Door("helpdesk:attachment", READERS, at=attachment),
    Door("helpdesk:linking", DESK, at=ticket, get=False, post=lambda stage: {"outage": stage.outage.pk}),
    Door("helpdesk:unlinking", PARTIES, at=linked, get=False, post=nothing),
    Door("helpdesk:ticket_links", DESK, at=ticket, post=a_linked_pair),
    Door("helpdesk:message_split", DESK, at=a_later_word, post=a_split),
    Door("helpdesk:ticket_separation", DESK, at=merged, get=False, post=nothing),
    Door("helpdesk:ticket_link_removal", DESK, at=a_link, get=False, post=nothing),
    Door("helpdesk:looking", DESK, at=ticket),
    Door("helpdesk:macro_acts", DESK, at=a_macro_that_acts, post=lambda stage: {"blank0": "17"}),
    Door("helpdesk:macro_text", DESK, at=lambda stage: ticket(stage) | {"pk": stage.macro.pk}),
    Door("helpdesk:offers", EVERYONE, query="?subject=makbuz"),
    Door("helpdesk:articles", EVERYONE),
    Door("helpdesk:article", EVERYONE, at=an_article),
    Door("helpdesk:article_helped", EVERYONE, at=an_article, get=False, post=nothing),
    Door("helpdesk:new_article", DESK, post=an_articles_text),
    Door("helpdesk:article_editing", DESK, at=an_article, post=an_articles_text),
    Door("helpdesk:letters", DESK),
    Door("helpdesk:letter", READERS, at=the_letter),
    Door("helpdesk:letter_page", READERS, at=the_letter),
    Door("helpdesk:letter_original", DESK, at=the_letter),
    Door("helpdesk:letter_sender", DESK, at=a_strange_letter, get=False, post=lambda stage: {"to": "26010"}),
    Door("helpdesk:letter_filing", DESK, at=an_absence, get=False, post=nothing),
    Door("helpdesk:letter_aside", DESK, at=a_strange_letter, get=False, post=nothing),
    Door("helpdesk:macros", DESK, post=lambda stage: {"name": "Selam", "text": "Merhaba {isim}"}),
    Door("helpdesk:macro_removal", DESK, at=lambda stage: {"pk": stage.macro.pk}, get=False, post=nothing),
    Door("helpdesk:macro_editing", DESK, at=lambda stage: {"pk": stage.macro.pk}, post=a_macro),
    Door("helpdesk:teams", DESK),
    Door("helpdesk:new_team", ("yonca",), post=lambda stage: {"code": "yeni", "name_tr": "Yeni", "name_en": "New"}),
    Door("helpdesk:team", DESK, at=the_team),
    Door("helpdesk:team_editing", LEADS, at=the_team, post=lambda stage: {"name_tr": "Gece", "name_en": "Night"}),
    Door("helpdesk:team_ending", ("yonca",), at=the_team, post=nothing),
    Door("helpdesk:skills", LEADS, at=a_member, post=lambda stage: {"components": ["EBYS"]}),
    Door("helpdesk:work_limit", LEADS, at=a_member, post=lambda stage: {"most_open": "20"}),
    Door("helpdesk:leaving", LEADS, at=a_member, post=nothing),
    Door("helpdesk:queues", DESK),
    Door("helpdesk:new_queue", ("yonca",), post=lambda stage: a_queues_terms(stage) | {"code": "yeni"}),
    Door("helpdesk:queue", ("yonca",), at=the_night_queue, post=a_queues_terms),
    Door("helpdesk:queue_default", ("yonca",), at=the_night_queue, get=False, post=nothing),
    Door("helpdesk:queue_ending", ("yonca",), at=the_night_queue, post=nothing),
    Door("helpdesk:desk", DESK),
    Door("helpdesk:rows", DESK),
    Door("helpdesk:claims", DESK, get=False, post=lambda stage: ticket(stage)),
    Door("helpdesk:saved_views", DESK, reads=SHARERS),
    Door("helpdesk:new_saved_view", DESK, post=a_view),
    Door("helpdesk:saved_view", ("leyla",), at=the_view, post=a_view),
    Door("helpdesk:saved_view_copying", SHARERS, at=the_view, get=False, post=nothing),
    Door("helpdesk:saved_view_pinning", SHARERS, at=the_view, get=False, post=nothing),
    Door("helpdesk:saved_view_removal", ("leyla",), at=the_view, get=False, post=nothing),
    Door("helpdesk:search", NATIONAL, query="?q=belge"),
    Door("helpdesk:palette", NATIONAL, query="?q=belge"),
    Door("helpdesk:bulk_acts", DESK),
    Door("helpdesk:new_bulk_act", DESK, get=False, post=a_bulk_act),
    Door("helpdesk:bulk_act", DESK, at=the_bulk_act),
    Door("helpdesk:bulk_progress", DESK, at=the_bulk_act),
    Door("helpdesk:bulk_stopping", ("ayse",), at=the_bulk_act, get=False, post=nothing),
    Door("helpdesk:handovers", DESK),
    Door("helpdesk:new_handover", DESK, post=a_handover),
    Door("helpdesk:handover", DESK, at=the_handover),
    Door("helpdesk:handover_reading", DESK, at=the_handover, get=False, post=nothing),
    Door("helpdesk:calls", DESK),
    Door("helpdesk:call_rows", DESK),
    Door("helpdesk:new_call", DESK, post=a_call),
    Door("helpdesk:my_calls", DESK, reads=("ayse",)),
    Door("helpdesk:extension", DESK, post=lambda stage: {"number": "300"}),
    Door("helpdesk:call", DESK, at=the_call, post=a_call),
    Door("helpdesk:ringing_back", DESK, at=the_lost_call, get=False, post=nothing),
    Door("helpdesk:exchanges", KEEPERS, post=lambda stage: {"name": "Yeni santral"}),
    Door("helpdesk:exchange_ending", KEEPERS, at=lambda stage: {"pk": stage.exchange.pk}, get=False, post=nothing),
    Public("helpdesk:exchange_call", at=lambda stage: {"secret": "nobody"}, answers=(403, 405)),
    Public("helpdesk:exchange_bearer", answers=(403, 405)),
    Door("helpdesk:routing_rules", DESK),
    Door("helpdesk:new_routing_rule", KEEPERS, post=lambda stage: a_rule(stage) | {"code": "yeni"}),
    Door("helpdesk:routing_rule", KEEPERS, at=the_rule, post=lambda stage: a_rule(stage)),
    Door("helpdesk:routing_rule_raising", KEEPERS, at=the_rule, get=False, post=nothing),
    Door("helpdesk:routing_rule_removal", KEEPERS, at=the_rule, get=False, post=nothing),
    Door("helpdesk:distribution", KEEPERS, at=the_night_queue, post=lambda stage: {"method": "load"}),
    Door("helpdesk:waiting_care", KEEPERS, at=the_night_queue, post=some_care),
    Door("helpdesk:report", LEADS, query="?by=agent&period=7"),
    Door("helpdesk:report_file", LEADS, at=lambda stage: {"suffix": "csv"}),
    Door("helpdesk:shift", LEADS),
    Door("helpdesk:shift_part", LEADS),
    Door("helpdesk:place", DESK, at=a_place),
    Door("helpdesk:place_beside", DESK, at=a_place),
    Door("helpdesk:place_notes", DESK, at=a_place, get=False, post=lambda stage: {"text": "Vezne 12.30'da kapanır"}),
    Door("helpdesk:place_note", DESK, at=the_note, post=lambda stage: {"text": "Vezne 13.30'da kapanır"}),
    Door("helpdesk:place_note_ending", DESK, at=the_note, get=False, post=nothing),
    Door("helpdesk:incident", NATIONAL, at=incident),
    Door("helpdesk:answer", NATIONAL, at=incident, get=False, post=lambda stage: {"text": "Düzeldi"}),
    Door("helpdesk:answers_given", NATIONAL, at=incident),
    Door("helpdesk:rejection", DESK, at=incident, get=False, post=nothing),
]


def followed(stage):
    return ticket(stage) | {"pk": stage.zehra.pk}


def wishes(stage):
    return {f"mail_{matter}": "digest" for matter in NoticeMatter} | {"quiet_from": "21:00", "quiet_until": "08:00"}


def wishes_over_the_api(stage):
    return {"mail": {"assigned": "never"}, "push": ["mentioned"]}


def a_browser(stage):
    return {"endpoint": "https://push.example/2", "p256dh": "A" * 30, "auth": "A" * 22}


doors += [
    Door("helpdesk:notices", DESK, reads=("burak",)),
    Door("helpdesk:bell", DESK),
    Door("helpdesk:notices_reading", DESK, get=False, post=lambda stage: {"newest": "1"}),
    Door("helpdesk:notice_preferences", DESK, post=wishes),
    Door("helpdesk:push_subscription", DESK, get=False, post=a_browser, answers=(409,)),
    Door("helpdesk:push_removal", ("burak",), at=lambda stage: {"pk": stage.browser.pk}, get=False, post=nothing),
    Door("helpdesk:following", READERS, at=ticket, get=False, post=lambda stage: {"email": ""}),
    Door("helpdesk:follower_leaving", ("zehra", *DESK), at=followed, get=False, post=nothing),
    Door("helpdesk:draft", PARTIES, at=ticket, get=False, post=lambda stage: {"body": "Yarım"}),
    Door("helpdesk:new_ticket_draft", MUNICIPAL + DESK, get=False, post=lambda stage: {"subject": "Yarım"}),
]
KEEPERS = ("yonca",)


def calendar(stage):
    return {"code": stage.calendar.code}


def evidence(stage):
    return ticket(stage) | {"suffix": "csv"}


doors += [
    Public("helpdesk:standards"),
    Public("helpdesk:attainment"),
    Public("helpdesk:attainment_by", at=lambda stage: {"by": "class"}),
    Public("helpdesk:attainment_file", at=lambda stage: {"by": "class", "suffix": "csv"}),
    Door("helpdesk:municipality_sheet", OWN + NATIONAL, at=lambda stage: {"code": "26010"}),
    Door("helpdesk:why", READERS, at=ticket),
    Door("helpdesk:evidence", READERS, at=evidence),
    Door("helpdesk:forecast", DESK),
    Door("helpdesk:calendars", KEEPERS),
    Door("helpdesk:calendar_overlay", KEEPERS, get=False, post=nothing, answers=(422,)),
    Door("helpdesk:calendar", KEEPERS, at=calendar),
    Door("helpdesk:calendar_days", KEEPERS, at=calendar, get=False, post=nothing, answers=(422,)),
    Door("helpdesk:calendar_week", KEEPERS, at=calendar, get=False, post=nothing, answers=(422,)),
    Door(
        "helpdesk:calendar_day",
        KEEPERS,
        at=lambda stage: calendar(stage) | {"pk": stage.special_day.pk},
        get=False,
        post=nothing,
        answers=(422,),
    ),
    Door("helpdesk:policies", KEEPERS),
    Door("helpdesk:new_policy", KEEPERS, get=False, post=nothing, answers=(422,)),
    Door("helpdesk:policy", KEEPERS, at=lambda stage: {"code": stage.policy.code}),
]
doors += [
    Door("helpdesk:restricted", DESK),
    Door("helpdesk:restricted_entering", KEEPERS, get=False, post=a_breaking_of_glass),
    Door("helpdesk:restriction", ("ayse",), at=sealed, post=lambda stage: {"kind": "breach"}),
    Door("helpdesk:restriction_lifting", ("ayse",), at=quiet, get=False, post=nothing),
    Door("helpdesk:readers", ("ayse",), at=sealed, get=False, post=lambda stage: {"person": stage.burak.pk}),
    Door("helpdesk:reader_removal", ("ayse",), at=a_reader, get=False, post=nothing),
    Door("helpdesk:statutory_clock", ("ayse",), at=the_law, post=lambda stage: {"since": "2020-05-01T10:00"}),
    Door("helpdesk:statutory_ending", ("ayse",), at=the_law, get=False, post=lambda stage: {"at": local_now()}),
]
calls = [
    Call("GET", "/api/v1/tickets/", EVERYONE, reads=READERS),
    Call("POST", "/api/v1/tickets/", OWN + DESK, body=a_wish),
    Call("GET", "/api/v1/tickets/{number}/", READERS, at=ticket),
    Call("GET", "/api/v1/tickets/{number}/messages/", READERS, at=ticket),
    Call("POST", "/api/v1/tickets/{number}/messages/", PARTIES, at=ticket, body=lambda stage: {"body": "Selam"}),
    Call("POST", "/api/v1/tickets/{number}/module/", DESK, at=ticket, body=lambda stage: {"component": "RAPOR"}),
    Call("POST", "/api/v1/tickets/{number}/queue/", DESK, at=ticket, body=lambda stage: {"queue": "genel"}),
    Call("POST", "/api/v1/tickets/{number}/severity/", DESK, at=ticket, body=lambda stage: {"severity": "S1"}),
    Call("POST", "/api/v1/tickets/{number}/requester/", DESK, at=ticket, body=lambda stage: {"requester": ""}),
    Call(
        "POST",
        "/api/v1/tickets/{number}/municipality/",
        DESK,
        at=ticket,
        body=lambda stage: {"municipality": "26010"},
    ),
    Call("GET", "/api/v1/tickets/{number}/links/", READERS, at=ticket),
    Call(
        "POST",
        "/api/v1/tickets/{number}/messages/{pk}/split/",
        DESK,
        at=a_later_word,
        body=lambda stage: {"subject": "Yazıcı kâğıdı", "component": "RAPOR"},
    ),
    Call(
        "POST",
        "/api/v1/tickets/{number}/merge/",
        DESK,
        at=linked,
        body=lambda stage: {"into": stage.ticket.number},
    ),
    Call("DELETE", "/api/v1/tickets/{number}/merge/", DESK, at=merged),
    Call("POST", "/api/v1/tickets/{number}/links/", DESK, at=ticket, body=a_link_over_the_api),
    Call(
        "DELETE",
        "/api/v1/tickets/{number}/links/{other}/",
        DESK,
        at=lambda stage: ticket(stage) | {"other": stage.linked_ticket.number},
    ),
    Call("POST", "/api/v1/tickets/{number}/claim/", DESK, at=ticket),
    Call("DELETE", "/api/v1/tickets/{number}/claim/", DESK, at=linked),
    Call("PUT", "/api/v1/tickets/{number}/assignment/", DESK, at=ticket, body=lambda stage: {"to": stage.burak.email}),
    Call("POST", "/api/v1/tickets/{number}/notes/", DESK, at=ticket, body=lambda stage: {"body": "Bizim aramızda"}),
    Call("POST", "/api/v1/tickets/{number}/waiting/", DESK, at=ticket, body=lambda stage: {"body": "Hangi sürüm?"}),
    Call("POST", "/api/v1/tickets/{number}/reopening/", PARTIES, at=ended, body=lambda stage: {"reason": "Sürüyor"}),
    Call("POST", "/api/v1/tickets/{number}/solution/", PARTIES, at=ticket),
    Call("POST", "/api/v1/tickets/{number}/withdrawal/", PARTIES, at=ticket, body=nothing),
    Call("POST", "/api/v1/tickets/{number}/rating/", OWN, at=ended, body=lambda stage: {"score": 5}),
    Call("POST", "/api/v1/tickets/{number}/files/", PARTIES, at=ticket, body=a_file),
    Call("GET", "/api/v1/tickets/{number}/files/", READERS, at=ticket),
    Call("GET", "/api/v1/tickets/{number}/files/{pk}/", READERS, at=attachment),
    Call("POST", "/api/v1/tickets/{number}/resolution/", DESK, at=ticket, body=lambda stage: {"body": "Oldu"}),
]
calls += [
    Call("GET", "/api/v1/bulk-acts/", EVERYONE, reads=DESK),
    Call("POST", "/api/v1/bulk-acts/", DESK, body=a_bulk_act_over_the_api),
    Call("GET", "/api/v1/bulk-acts/{pk}/", DESK, at=the_bulk_act),
    Call("GET", "/api/v1/bulk-acts/{pk}/rows/", DESK, at=the_bulk_act),
    Call("POST", "/api/v1/bulk-acts/{pk}/stop/", ("ayse",), at=the_bulk_act),
    Call("GET", "/api/v1/calls/", EVERYONE, reads=DESK),
    Call("POST", "/api/v1/calls/", DESK, body=a_call_over_the_api),
    Call("GET", "/api/v1/calls/{pk}/", DESK, at=the_call),
    Call("POST", "/api/v1/calls/{pk}/ticket/", DESK, at=the_call, body=lambda stage: {"component": "EBYS"}),
    Call("POST", "/api/v1/calls/{pk}/ringing-back/", DESK, at=the_lost_call),
    Call("GET", "/api/v1/tickets/{number}/snooze/", DESK, at=ticket),
    Call("PUT", "/api/v1/tickets/{number}/snooze/", DESK, at=ticket, body=lambda stage: {"event": "answer"}),
    Call("DELETE", "/api/v1/tickets/{number}/snooze/", DESK, at=ticket),
    Call("GET", "/api/v1/handovers/", EVERYONE, reads=DESK),
    Call("POST", "/api/v1/handovers/", DESK, body=a_handover_over_the_api),
    Call("GET", "/api/v1/handovers/{pk}/", DESK, at=the_handover),
    Call("POST", "/api/v1/handovers/{pk}/reading/", DESK, at=the_handover),
    Call("GET", "/api/v1/routing-rules/", EVERYONE, reads=DESK),
    Call("POST", "/api/v1/routing-rules/", KEEPERS, body=lambda stage: a_rule_over_the_api(stage) | {"code": "yeni"}),
    Call("PUT", "/api/v1/routing-rules/{code}/", KEEPERS, at=the_rule, body=a_rule_over_the_api),
    Call("POST", "/api/v1/routing-rules/{code}/place/", KEEPERS, at=the_rule, body=lambda stage: {"place": 1}),
    Call("DELETE", "/api/v1/routing-rules/{code}/", KEEPERS, at=the_rule),
    Call("GET", "/api/v1/views/", EVERYONE, reads=SHARERS),
    Call("POST", "/api/v1/views/", DESK, body=lambda stage: {"name": "Yeni", "q": "önem:S1"}),
    Call("GET", "/api/v1/views/{pk}/", SHARERS, at=the_view),
    Call("PUT", "/api/v1/views/{pk}/", ("leyla",), at=the_view, body=lambda stage: {"name": "Yeni"}),
    Call("DELETE", "/api/v1/views/{pk}/", ("leyla",), at=the_view),
    Call("GET", "/api/v1/views/{pk}/tickets/", SHARERS, at=the_view),
    Call("GET", "/api/v1/queues/{code}/distribution/", DESK, at=the_night_queue),
    Call(
        "PUT",
        "/api/v1/queues/{code}/distribution/",
        KEEPERS,
        at=the_night_queue,
        body=lambda stage: {"method": "turn"},
    ),
    Call("GET", "/api/v1/queues/{code}/waiting-care/", DESK, at=the_night_queue),
    Call("PUT", "/api/v1/queues/{code}/waiting-care/", KEEPERS, at=the_night_queue, body=some_care),
    Call("GET", "/api/v1/tickets/{number}/assignment-reason/", DESK, at=ticket),
    Call("GET", "/api/v1/letters/", EVERYONE, reads=READERS),
    Call("GET", "/api/v1/letters/{pk}/", READERS, at=the_letter),
    Call(
        "POST", "/api/v1/letters/{pk}/sender/", DESK, at=a_strange_letter, body=lambda stage: {"municipality": "26010"}
    ),
    Call("POST", "/api/v1/letters/{pk}/filing/", DESK, at=an_absence),
    Call("POST", "/api/v1/letters/{pk}/aside/", DESK, at=a_strange_letter),
]
calls += [
    Call("GET", "/api/v1/notices/", DESK),
    Call("POST", "/api/v1/notices/reading/", DESK, body=lambda stage: {}),
    Call("GET", "/api/v1/notices/preferences/", DESK),
    Call("PUT", "/api/v1/notices/preferences/", DESK, body=wishes_over_the_api),
    Call("GET", "/api/v1/tickets/{number}/followers/", READERS, at=ticket),
    Call("POST", "/api/v1/tickets/{number}/followers/", READERS, at=ticket, body=lambda stage: {}),
    Call("DELETE", "/api/v1/tickets/{number}/followers/{pk}/", ("zehra", *DESK), at=followed),
    Call("GET", "/api/v1/tickets/{number}/draft/", ("burak",), at=ticket),
    Call("PUT", "/api/v1/tickets/{number}/draft/", PARTIES, at=ticket, body=lambda stage: {"body": "Yarım"}),
    Call("DELETE", "/api/v1/tickets/{number}/draft/", PARTIES, at=ticket),
]
calls += [
    Call("GET", "/api/v1/teams/", EVERYONE),
    Call("POST", "/api/v1/teams/", KEEPERS, body=lambda stage: {"code": "yeni", "name_tr": "Yeni", "name_en": "New"}),
    Call("GET", "/api/v1/teams/{code}/", DESK, at=the_team),
    Call("PATCH", "/api/v1/teams/{code}/", LEADS, at=the_team, body=lambda stage: {"name_tr": "Y", "name_en": "N"}),
    Call("DELETE", "/api/v1/teams/{code}/", KEEPERS, at=the_team),
    Call("GET", "/api/v1/teams/{code}/members/", DESK, at=the_team),
    Call("POST", "/api/v1/teams/{code}/members/", LEADS, at=the_team, body=lambda stage: {"email": stage.ayse.email}),
    Call("PATCH", "/api/v1/teams/{code}/members/{pk}/", LEADS, at=a_member, body=lambda stage: {"skills": ["EBYS"]}),
    Call("DELETE", "/api/v1/teams/{code}/members/{pk}/", LEADS, at=a_member),
    Call("GET", "/api/v1/queues/", EVERYONE),
    Call("POST", "/api/v1/queues/", KEEPERS, body=lambda stage: terms_over_the_api(stage) | {"code": "yeni"}),
    Call("GET", "/api/v1/queues/{code}/", DESK, at=the_night_queue),
    Call("PUT", "/api/v1/queues/{code}/", KEEPERS, at=the_night_queue, body=terms_over_the_api),
    Call("DELETE", "/api/v1/queues/{code}/", KEEPERS, at=the_night_queue),
    Call("POST", "/api/v1/queues/{code}/default/", KEEPERS, at=the_night_queue),
    Call("GET", "/api/v1/macros/", DESK),
    Call("POST", "/api/v1/macros/", DESK, body=a_macro),
    Call("PUT", "/api/v1/macros/{pk}/", DESK, at=lambda stage: {"pk": stage.macro.pk}, body=a_macro),
    Call("DELETE", "/api/v1/macros/{pk}/", DESK, at=lambda stage: {"pk": stage.macro.pk}),
    Call(
        "POST",
        "/api/v1/tickets/{number}/macros/{pk}/",
        DESK,
        at=a_macro_that_acts,
        body=lambda stage: {"blanks": {"fiş": "17"}},
    ),
    Call("GET", "/api/v1/articles/", EVERYONE),
    Call("POST", "/api/v1/articles/", DESK, body=lambda stage: an_article_over_the_api(stage) | {"slug": "yeni"}),
    Call("PUT", "/api/v1/articles/{slug}/", DESK, at=an_article, body=an_article_over_the_api),
    Call("GET", "/api/v1/calendars/", KEEPERS),
    Call("POST", "/api/v1/calendars/", KEEPERS, body=lambda stage: {"base": "tr-mesai", "place": "26"}),
    Call("GET", "/api/v1/calendars/{code}/days/", KEEPERS, at=calendar),
    Call("POST", "/api/v1/calendars/{code}/days/", KEEPERS, at=calendar, body=a_leave),
    Call(
        "DELETE",
        "/api/v1/calendars/{code}/days/{pk}/",
        KEEPERS,
        at=lambda stage: calendar(stage) | {"pk": stage.special_day.pk},
    ),
    Call("PUT", "/api/v1/calendars/{code}/week/", KEEPERS, at=calendar, body=a_week),
    Call("GET", "/api/v1/policies/", KEEPERS),
    Call("POST", "/api/v1/policies/", KEEPERS, body=lambda stage: {"name_tr": "Yeni", "name_en": "New", "kind": "sla"}),
    Call(
        "PUT", "/api/v1/policies/{code}/terms/", KEEPERS, at=lambda stage: {"code": stage.policy.code}, body=some_terms
    ),
]
calls += [
    Call("GET", "/api/v1/restricted-tickets/", DESK),
    Call("POST", "/api/v1/restricted-tickets/", KEEPERS, body=a_breaking_of_glass),
    Call("PUT", "/api/v1/tickets/{number}/restriction/", DESK, at=ticket, body=lambda stage: {"kind": "security"}),
    Call("DELETE", "/api/v1/tickets/{number}/restriction/", ("ayse",), at=quiet),
    Call("GET", "/api/v1/tickets/{number}/readers/", ("ayse",), at=sealed),
    Call("POST", "/api/v1/tickets/{number}/readers/", ("ayse",), at=sealed, body=lambda s: {"email": s.burak.email}),
    Call("DELETE", "/api/v1/tickets/{number}/readers/{pk}/", ("ayse",), at=a_reader),
    Call("GET", "/api/v1/tickets/{number}/statutory-clocks/", ("ayse",), at=sealed),
    Call(
        "PUT",
        "/api/v1/tickets/{number}/statutory-clocks/{pk}/",
        ("ayse",),
        at=the_law,
        body=lambda stage: {"since": "2020-05-01T10:00:00+03:00", "affected": 3, "categories": ["identity"]},
    ),
    Call(
        "POST",
        "/api/v1/tickets/{number}/statutory-clocks/{pk}/end/",
        ("ayse",),
        at=the_law,
        body=lambda stage: {"at": now().isoformat()},
    ),
]
sockets = [
    Socket("ws/notices/", DESK, path=lambda stage: "/ws/notices/"),
    Socket("ws/calls/", DESK, path=lambda stage: "/ws/calls/"),
    Socket("ws/desk/", DESK, path=lambda stage: "/ws/desk/"),
    Socket("ws/tickets/<str:number>/", READERS, path=lambda stage: f"/ws/tickets/{stage.ticket.number}/"),
]


def furnish(stage):
    """Three tickets of Odunpazarı: open with a note and a file, ended, and linked to an outage."""
    the_queue()
    seeds.plant()
    stage.calendar, stage.policy = Calendar.objects.get(code="tr-mesai"), Policy.objects.first()
    stage.special_day = SpecialDay.objects.filter(calendar=stage.calendar).first() or SpecialDay.objects.create(
        calendar=stage.calendar, date="2027-01-04", kind="local", declared_at=now()
    )
    stage.policy_severity = stage.policy.versions.first().severity
    stage.team = Team.objects.create(code="gece", name_tr="Gece", name_en="Night")
    stage.team.members.add(stage.leyla, stage.burak)
    stage.night_queue = Queue.objects.create(
        code="gece", name_tr="Gece", name_en="Night", team=the_queue().team, takes_the_rest=False
    )
    shared = SavedView(owner=stage.leyla, team=stage.team, name=f"Gece {SECRET}", question="önem:S1")
    stage.view = keeping.write(shared, by=stage.leyla)
    Distribution.objects.create(queue=stage.night_queue)
    WaitingCare.objects.create(queue=stage.night_queue)
    rule = RoutingRule(code="gece", name="Gece", queue=stage.night_queue, words=["gece yarısı"])
    stage.rule = rules.write(rule, by=stage.yonca)
    other = RoutingRule(code="son", name="Son", queue=stage.night_queue, words=["gecenin sonu"])
    rules.put_before(rules.write(other, by=stage.yonca), 1, by=stage.yonca)
    stage.ticket = a_ticket(stage, [SimpleUploadedFile("belge.txt", SECRET.encode())])
    tickets.note(stage.ticket, by=stage.ayse, body=f"{SECRET} {NOTE}")
    tickets.note(stage.ticket, by=stage.ayse, body="@Burak Demir")
    drafts.keep(stage.burak, stage.ticket, {"body": "Yarım"}, form="")
    Follower.objects.create(ticket=stage.ticket, person=stage.zehra, by=stage.ayse)
    stage.browser = PushSubscription.objects.create(person=stage.burak, digest="d", sealed="")
    stage.attachment = Attachment.objects.filter(message__ticket=stage.ticket).get()
    stage.place_note = notes.write(stage.odunpazari, text=f"{SECRET} {NOTE}", by=stage.ayse)
    stage.macro = Macro.objects.create(name="Karşılama", text="Merhaba {isim}")
    stage.acting_macro = Macro.objects.create(name="Fiş notu", text="Bakıldı", note="Fiş {?fiş}")
    article = Article(slug="makbuz-cikmiyor", title_tr="Makbuz çıkmıyor", body_tr="Yazıcıyı açın.")
    stage.article = articles.write(article, publish=True, by=stage.ayse)
    stage.ended_ticket = a_ticket(stage)
    tickets.claim(stage.ended_ticket, by=stage.ayse)
    tickets.resolve(stage.ended_ticket, by=stage.ayse, note=f"{SECRET} çözüldü")
    stage.letter, stage.strange_letter, stage.absence = some_letters(stage)
    stage.linked_ticket = a_ticket(stage)
    stage.later_word = tickets.reply(stage.linked_ticket, by=stage.selim, body=f"{SECRET} Bir de yazıcı kâğıdı bitti.")
    tickets.claim(stage.linked_ticket, by=stage.ayse)
    stage.ticket_link = linking.link(stage.ticket, stage.linked_ticket, relation="duplicate_of", by=stage.ayse)
    stage.merged_ticket = a_ticket(stage)
    merging.merge(stage.merged_ticket, into=stage.linked_ticket, by=stage.ayse)
    chosen = selection.by_number([stage.linked_ticket.number, "DST-YOK"], stage.ayse)
    stage.bulk_act = running.order(BulkTerms("reply", text=f"{SECRET} {NOTE}"), chosen, by=stage.ayse)
    handed = selection.by_number([stage.ended_ticket.number], stage.ayse)
    stage.handover = handing.hand_over(
        stage.ayse, handed, summary=f"{SECRET} {NOTE}", by=stage.ayse, to=stage.burak, words={}
    )
    stage.call, stage.lost_call, stage.exchange = some_calls(stage)
    stage.outage = outages.declare(components=[Component.objects.get(pk="TAHSILAT")], by=stage.nermin)
    stage.incident = major_incidents.declare(stage.outage, by=stage.ayse)
    major_incidents.link(stage.incident, stage.linked_ticket, by=stage.ayse)
    stage.sealed_ticket = a_sealed_ticket(stage)
    stage.quiet_ticket = a_ticket(stage)
    naming.restrict(stage.quiet_ticket, kind="personnel", by=stage.ayse)
    stage.law = stage.sealed_ticket.statutory_clocks.get()


def a_sealed_ticket(stage):
    """It was everybody's at first, and left its traces wherever a ticket can; then Ayşe restricted it."""
    words = {"subject": f"Sızıntı {SEALED}", "body": f"Liste yayıldı {SEALED}", "by": stage.selim}
    file = SimpleUploadedFile(f"{SEALED}.txt", SEALED.encode())
    facts = {"municipality": stage.odunpazari, "component": Component.objects.get(pk="TAHSILAT")}
    sealed = tickets.submit(**words, **facts, impact="all", urgency="danger", attachments=[file], phone="+905990000009")
    tickets.assign(sealed, to=stage.burak, by=stage.ayse)
    tickets.note(sealed, by=stage.ayse, body=f"@Leyla Şahin {SEALED}")
    followers.follow(sealed, stage.zehra, by=stage.ayse)
    followers.follow(sealed, stage.leyla, by=stage.leyla)
    tickets.reply(sealed, by=stage.burak, body=f"Bakıyoruz {SEALED}")
    drafts.keep(stage.leyla, sealed, {"body": SEALED}, form="")
    linking.link(stage.ticket, sealed, relation="related", by=stage.ayse)
    major_incidents.link(stage.incident, sealed, by=stage.ayse)
    listed = selection.by_number([sealed.number], stage.ayse)
    running.order(BulkTerms("note", text="Bakıldı"), listed, by=stage.ayse)
    running.order(BulkTerms("severity", severity="S9"), listed, by=stage.ayse)
    handing.hand_over(
        stage.burak, listed, summary="Bitti", by=stage.burak, to=stage.leyla, words={sealed.number: SEALED}
    )
    PhoneCall.objects.create(number="+905990000009", ticket=sealed, municipality=stage.odunpazari, words=SEALED)
    deliver(Letter("<9@b.tr>", stage.selim.email, f"[{sealed.number}] Ek", f"Ek {SEALED}"))
    matters.report(watching.of_ticket(sealed))
    Page.objects.create(matter=Matter.objects.latest("pk"))
    feed.follow()
    sealed.refresh_from_db()
    naming.restrict(sealed, kind="breach", since=now() - timedelta(hours=5), by=stage.ayse)
    for reader in (stage.burak, stage.leyla):
        naming.name(sealed, reader, by=stage.ayse)
        naming.remove(sealed, reader, by=stage.ayse)
    feed.follow()
    return sealed


def some_calls(stage):
    """One that Ayşe speaks on, one that nobody answered, and the exchange that told of them."""
    exchange = exchanges.let_in("Merkez", by=stage.yonca)[0]
    at = {"exchange": exchange, "municipality": stage.odunpazari, "caller_name": f"{SECRET} {NOTE}"}
    spoken = PhoneCall.objects.create(call_id="1", agent=stage.ayse, answered_at=now(), number="+905990000001", **at)
    lost = PhoneCall.objects.create(call_id="2", ended_at=now(), number="+905990000002", **at)
    return spoken, lost, exchange


def some_letters(stage):
    """One that became a ticket, one of an unknown address, and an absence note."""
    a_component("DIGER", tier="C")
    deliver(Letter("<1@b.tr>", stage.selim.email, "Mektup", f"Makbuz {SECRET}", page=f"<p>{SECRET}</p>"))
    deliver(Letter("<2@b.tr>", "kimse@baska.example", "Biz kimiz", f"Yazıcı {SECRET}"))
    deliver(Letter("<3@b.tr>", stage.zehra.email, "Yokum", SECRET, {"auto-submitted": "auto-replied"}))
    return [ReceivedLetter.objects.get(mail_id=f"<{number}@b.tr>") for number in (1, 2, 3)]


def a_ticket(stage, attachments=()):
    return tickets.submit(
        municipality=stage.odunpazari,
        component=Component.objects.get(pk="EBYS"),
        subject=f"Belge açılmıyor {SECRET}",
        body=f"Sabahtan beri {SECRET}",
        impact="one",
        urgency="question",
        by=stage.selim,
        attachments=attachments,
    )
