"""Tickets of Odunpazarı, the desk's queue, and a major incident."""

from django.core.files.uploadedfile import SimpleUploadedFile

from django_sla import seeds
from django_sla.models import Calendar, Policy, SpecialDay
from foundation import now
from foundation.directory.models import Component
from helpdesk import tickets
from helpdesk.incidents import major_incidents
from helpdesk.knowledge import articles
from helpdesk.models import Article, Attachment, Macro
from monitoring import outages
from tests.helpdesk.builders import the_queue
from tests.wall import DESK, EVERYONE, MUNICIPAL, NATIONAL, NOTE, OWN, SECRET, Call, Door, Public, Socket, nothing

READERS = OWN + NATIONAL
PARTIES = OWN + DESK


def ticket(stage):
    return {"number": stage.ticket.number}


def ended(stage):
    return {"number": stage.ended_ticket.number}


def linked(stage):
    return {"number": stage.linked_ticket.number}


def attachment(stage):
    return ticket(stage) | {"pk": stage.attachment.pk}


def incident(stage):
    return {"pk": stage.incident.pk}


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


def an_article(stage):
    return {"slug": stage.article.slug}


def an_articles_text(stage):
    return {"title_tr": "Makbuz", "slug": "makbuz-yeni", "body_tr": "Yazıcıyı açın", "publish": "yes"}


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
    Door("helpdesk:reopening", PARTIES, at=ended, get=False, post=lambda stage: {"reason": "Yine oldu"}),
    Door("helpdesk:solution", PARTIES, at=ticket, get=False, post=lambda stage: {}),
    Door("helpdesk:withdrawal", PARTIES, at=ticket, get=False, post=lambda stage: {"reason": ""}),
    Door("helpdesk:satisfaction", OWN, at=ended, get=False, post=lambda stage: {"score": "5"}),
    Door("helpdesk:attachment", READERS, at=attachment),
    Door("helpdesk:linking", DESK, at=ticket, get=False, post=lambda stage: {"outage": stage.outage.pk}),
    Door("helpdesk:unlinking", PARTIES, at=linked, get=False, post=nothing),
    Door("helpdesk:looking", DESK, at=ticket),
    Door("helpdesk:macro_text", DESK, at=lambda stage: ticket(stage) | {"pk": stage.macro.pk}),
    Door("helpdesk:offers", EVERYONE, query="?subject=makbuz"),
    Door("helpdesk:articles", EVERYONE),
    Door("helpdesk:article", EVERYONE, at=an_article),
    Door("helpdesk:article_helped", EVERYONE, at=an_article, get=False, post=nothing),
    Door("helpdesk:new_article", DESK, post=an_articles_text),
    Door("helpdesk:article_editing", DESK, at=an_article, post=an_articles_text),
    Door("helpdesk:macros", DESK, post=lambda stage: {"name": "Selam", "text": "Merhaba {isim}"}),
    Door("helpdesk:macro_removal", DESK, at=lambda stage: {"pk": stage.macro.pk}, get=False, post=nothing),
    Door("helpdesk:desk", DESK),
    Door("helpdesk:rows", DESK),
    Door("helpdesk:claims", DESK, get=False, post=lambda stage: ticket(stage)),
    Door("helpdesk:palette", DESK, query="?q=belge"),
    Door("helpdesk:incident", NATIONAL, at=incident),
    Door("helpdesk:answer", NATIONAL, at=incident, get=False, post=lambda stage: {"text": "Düzeldi"}),
    Door("helpdesk:answers_given", NATIONAL, at=incident),
    Door("helpdesk:rejection", DESK, at=incident, get=False, post=nothing),
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
calls = [
    Call("GET", "/api/v1/tickets/", EVERYONE, reads=READERS),
    Call("POST", "/api/v1/tickets/", OWN + DESK, body=a_wish),
    Call("GET", "/api/v1/tickets/{number}/", READERS, at=ticket),
    Call("GET", "/api/v1/tickets/{number}/messages/", READERS, at=ticket),
    Call("POST", "/api/v1/tickets/{number}/messages/", PARTIES, at=ticket, body=lambda stage: {"body": "Selam"}),
    Call("POST", "/api/v1/tickets/{number}/resolution/", DESK, at=ticket, body=lambda stage: {"body": "Oldu"}),
]
sockets = [
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
    stage.ticket = a_ticket(stage, [SimpleUploadedFile("belge.txt", SECRET.encode())])
    tickets.note(stage.ticket, by=stage.ayse, body=f"{SECRET} {NOTE}")
    stage.attachment = Attachment.objects.filter(message__ticket=stage.ticket).get()
    stage.macro = Macro.objects.create(name="Karşılama", text="Merhaba {isim}")
    article = Article(slug="makbuz-cikmiyor", title_tr="Makbuz çıkmıyor", body_tr="Yazıcıyı açın.")
    stage.article = articles.write(article, publish=True, by=stage.ayse)
    stage.ended_ticket = a_ticket(stage)
    tickets.claim(stage.ended_ticket, by=stage.ayse)
    tickets.resolve(stage.ended_ticket, by=stage.ayse, note=f"{SECRET} çözüldü")
    stage.linked_ticket = a_ticket(stage)
    tickets.claim(stage.linked_ticket, by=stage.ayse)
    stage.outage = outages.declare(components=[Component.objects.get(pk="TAHSILAT")], by=stage.nermin)
    stage.incident = major_incidents.declare(stage.outage, by=stage.ayse)
    major_incidents.link(stage.incident, stage.linked_ticket, by=stage.ayse)


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
