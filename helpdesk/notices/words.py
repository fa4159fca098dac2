"""What a notice says, in the language of whoever reads it just now. No suffix hangs on a name."""

from django.conf import settings

from helpdesk.models import DeskNotice


def heading(notice: DeskNotice) -> str:
    """ "Size verildi · Ayşe Yılmaz" """
    return " · ".join(filter(None, [str(notice.get_matter_display()), notice.by.name if notice.by else ""]))


def about(notice: DeskNotice) -> str:
    """ "S2 · Odunpazarı · Makbuz kesilmiyor" """
    ticket = notice.ticket
    return f"{ticket.severity} · {ticket.municipality} · {ticket.subject}"


def address(notice: DeskNotice) -> str:
    return f"{settings.PUBLIC_BASE_URL}/tickets/{notice.ticket.number}/"
