from helpdesk.models.conversation import Attachment, Message, Satisfaction
from helpdesk.models.incidents import AnsweredTicket, IncidentAnswer, MajorIncident, OwedAnswer, TicketLink
from helpdesk.models.knowledge import Article, Macro
from helpdesk.models.owed_words import OwedWord
from helpdesk.models.tallies import Tally
from helpdesk.models.teams import Queue, Skill, Team
from helpdesk.models.ticket import RESTING, Filing, Ticket

__all__ = [
    "RESTING",
    "AnsweredTicket",
    "Article",
    "Attachment",
    "Filing",
    "IncidentAnswer",
    "Macro",
    "MajorIncident",
    "Message",
    "OwedAnswer",
    "OwedWord",
    "Queue",
    "Satisfaction",
    "Skill",
    "Tally",
    "Team",
    "Ticket",
    "TicketLink",
]
