from helpdesk.models.bulk import BulkAct, BulkRow
from helpdesk.models.calls import Exchange, Extension, PhoneCall
from helpdesk.models.conversation import Attachment, Message, Satisfaction
from helpdesk.models.handovers import HandedWord, Handover, WorkLimit
from helpdesk.models.incidents import AnsweredTicket, IncidentAnswer, MajorIncident, OwedAnswer, TicketLink
from helpdesk.models.knowledge import Article, HelpedReader, Macro
from helpdesk.models.letters import KnownAddress, ReceivedLetter
from helpdesk.models.links import LinkedTicket, MergedTicket, TicketRelation
from helpdesk.models.notices import DeskNotice, Follower, KeptDraft, LetterWay, NoticeMatter, NoticePreference, OwedWord
from helpdesk.models.places import PlaceNote
from helpdesk.models.placing import Distribution, GivenTicket, PlacedTicket, RoutingRule
from helpdesk.models.reports import DayFigure, Reopening
from helpdesk.models.restriction import DataCategory, NamedReader, StatutoryClock
from helpdesk.models.saved_views import PinnedView, SavedView
from helpdesk.models.snoozes import Snooze, SnoozeEvent, SnoozeMoment, WakeReason
from helpdesk.models.tallies import Tally
from helpdesk.models.teams import Queue, Skill, Team
from helpdesk.models.ticket import RESTING, Filing, RestrictionKind, Ticket
from helpdesk.models.waiting import RemindedTicket, WaitingCare

__all__ = [
    "RESTING",
    "AnsweredTicket",
    "Article",
    "Attachment",
    "BulkAct",
    "BulkRow",
    "DeskNotice",
    "DataCategory",
    "Distribution",
    "Exchange",
    "Extension",
    "Filing",
    "Follower",
    "GivenTicket",
    "HandedWord",
    "Handover",
    "HelpedReader",
    "IncidentAnswer",
    "KeptDraft",
    "KnownAddress",
    "LetterWay",
    "LinkedTicket",
    "Macro",
    "MajorIncident",
    "MergedTicket",
    "Message",
    "DayFigure",
    "NamedReader",
    "NoticeMatter",
    "NoticePreference",
    "OwedAnswer",
    "OwedWord",
    "PhoneCall",
    "PlaceNote",
    "PinnedView",
    "PlacedTicket",
    "Queue",
    "ReceivedLetter",
    "RemindedTicket",
    "Reopening",
    "RestrictionKind",
    "RoutingRule",
    "Satisfaction",
    "SavedView",
    "Skill",
    "Snooze",
    "SnoozeEvent",
    "SnoozeMoment",
    "StatutoryClock",
    "Tally",
    "Team",
    "Ticket",
    "TicketLink",
    "TicketRelation",
    "WaitingCare",
    "WakeReason",
    "WorkLimit",
]
