"""`manage.py sla due|elapsed|explain`: anyone can check the arithmetic and ask why."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from django_sla import questions, subjects, timeline
from django_sla.models import Clock


class Command(BaseCommand):
    help = "Answers JSON lines from standard input (due, elapsed) or tells the story of a subject (explain)."

    def add_arguments(self, parser) -> None:
        kinds = parser.add_subparsers(dest="question", required=True)
        kinds.add_parser("due", help='{"calendar","start","seconds","pauses"} → {"due"}')
        kinds.add_parser("elapsed", help='{"calendar","from","to","pauses"} → {"seconds"}')
        explain = kinds.add_parser("explain", help="the timeline of every clock of a subject")
        explain.add_argument("reference", help="the host's name for it (a ticket number), or label:id")
        explain.add_argument("--language", default=None, help="tr or en; default: that of the installation")

    def handle(self, *args, **options) -> None:
        if options["question"] == "explain":
            self.explain(options["reference"], options["language"])
            return
        work = {"due": questions.due, "elapsed": questions.elapsed}[options["question"]]
        for line in sys.stdin:
            if line.strip():
                self.stdout.write(json.dumps(questions.answer(line, work), ensure_ascii=False))

    def explain(self, reference: str, language: str | None) -> None:
        subject = subjects.called(reference)
        if subject is None:
            raise CommandError(_("nothing is called %s") % reference)
        subject_type, subject_id = subject
        clocks = Clock.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("metric", "cycle")
        if not clocks:
            raise CommandError(_("%s has no clocks") % reference)
        with translation.override(language or translation.get_language()):
            for clock in clocks.select_related("version__policy", "calendar"):
                for line in timeline.as_text(clock, timezone.now()):
                    self.stdout.write(line)
