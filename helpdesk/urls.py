"""The addresses of helpdesk."""

from django.urls import path, re_path

from helpdesk.views import calendars, desk, incidents, knowledge, outages, policies, portal, standards, tickets

app_name = "helpdesk"
urlpatterns = [
    path("tickets/", portal.my_tickets, name="tickets"),
    path("tickets/new/", portal.new_ticket, name="new_ticket"),
    path("tickets/new/promise/", portal.promise, name="promise"),
    path("tickets/new/articles/", knowledge.offers, name="offers"),
    path("tickets/outages/<int:pk>/report/", outages.me_too, name="me_too"),
    path("tickets/<str:number>/", tickets.ticket, name="ticket"),
    path("tickets/<str:number>/conversation/", tickets.conversation, name="conversation"),
    path("tickets/<str:number>/messages/", tickets.message, name="message"),
    path("tickets/<str:number>/looking/", tickets.looking, name="looking"),
    path("tickets/<str:number>/macros/<int:pk>/", knowledge.macro_text, name="macro_text"),
    path("tickets/<str:number>/claim/", tickets.claim, name="claim"),
    path("tickets/<str:number>/release/", tickets.release, name="release"),
    path("tickets/<str:number>/assignment/", tickets.assignment, name="assignment"),
    path("tickets/<str:number>/severity/", tickets.severity, name="severity"),
    path("tickets/<str:number>/reopening/", tickets.reopening, name="reopening"),
    path("tickets/<str:number>/solution/", tickets.solution, name="solution"),
    path("tickets/<str:number>/withdrawal/", tickets.withdrawal, name="withdrawal"),
    path("tickets/<str:number>/satisfaction/", tickets.satisfaction, name="satisfaction"),
    path("tickets/<str:number>/attachments/<int:pk>/", tickets.attachment, name="attachment"),
    path("tickets/<str:number>/link/", incidents.linking, name="linking"),
    path("tickets/<str:number>/link/undo/", incidents.unlinking, name="unlinking"),
    path("help/", knowledge.article_list, name="articles"),
    path("help/new/", knowledge.new_article, name="new_article"),
    path("help/<slug:slug>/", knowledge.article, name="article"),
    path("help/<slug:slug>/editing/", knowledge.editing, name="article_editing"),
    path("help/<slug:slug>/helped/", knowledge.article_helped, name="article_helped"),
    path("desk/macros/", knowledge.macro_list, name="macros"),
    path("desk/macros/<int:pk>/removal/", knowledge.macro_removal, name="macro_removal"),
    path("desk/", desk.show, name="desk"),
    path("desk/rows/", desk.rows, name="rows"),
    path("desk/claims/", desk.claims, name="claims"),
    path("desk/palette/", desk.palette, name="palette"),
    path("desk/incidents/<int:pk>/", incidents.incident, name="incident"),
    path("desk/incidents/<int:pk>/answers/", incidents.answer, name="answer"),
    path("desk/incidents/<int:pk>/answers/given/", incidents.answers_given, name="answers_given"),
    path("desk/incidents/<int:pk>/rejection/", incidents.rejection, name="rejection"),
    path("standards/", standards.service_times, name="standards"),
    path("standards/attainment/", standards.attainment, name="attainment"),
    path("standards/attainment/<slug:by>/", standards.attainment, name="attainment_by"),
    re_path(
        r"^standards/attainment/(?P<by>\w+)\.(?P<suffix>csv|xlsx)$", standards.attainment_file, name="attainment_file"
    ),
    path("standards/municipalities/<str:code>/", standards.municipality_sheet, name="municipality_sheet"),
    path("standards/tickets/<str:number>/", standards.why, name="why"),
    re_path(
        r"^standards/tickets/(?P<number>[\w-]+)/evidence\.(?P<suffix>pdf|csv)$", standards.evidence, name="evidence"
    ),
    path("standards/forecast/", standards.expected, name="forecast"),
    path("standards/calendars/", calendars.calendar_list, name="calendars"),
    path("standards/calendars/new/", calendars.overlay, name="calendar_overlay"),
    path("standards/calendars/<str:code>/", calendars.calendar, name="calendar"),
    path("standards/calendars/<str:code>/days/", calendars.days, name="calendar_days"),
    path("standards/calendars/<str:code>/days/<int:pk>/withdrawal/", calendars.withdrawal, name="calendar_day"),
    path("standards/calendars/<str:code>/week/", calendars.week, name="calendar_week"),
    path("standards/policies/", policies.policy_list, name="policies"),
    path("standards/policies/new/", policies.new, name="new_policy"),
    path("standards/policies/<slug:code>/", policies.policy, name="policy"),
]
