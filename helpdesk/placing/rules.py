"""Rules that choose the queue of a new ticket: written, put in their order, ended."""

from collections.abc import Sequence
from typing import cast

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from helpdesk.models import Queue, RoutingRule
from helpdesk.placing.matching import RuleTerms, TicketTraits, first_fitting
from helpdesk.refusals import QueueEnded

REMEMBERED_FOR = 60  # seconds; whoever changes a rule forgets them at once
KEY = "helpdesk.routing_rules"
TERMS = ("pk", "queue", *RoutingRule.CONDITIONS)
MOST = 200


class NotARuleKeeper(Refusal):
    sentence = _("Routing and rules of the desk are kept by platform administrators.")
    status = 403


class RuleSaysNothing(Refusal):
    sentence = _("A rule needs at least one condition; what no rule takes goes where its module belongs.")
    status = 422


class RuleCodeTaken(Refusal):
    sentence = _("There is a rule with this code already.")


class TooManyRules(Refusal):
    sentence = _("There are 200 rules already. Please end one first.")


def require_keeper(by: Person) -> None:
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotARuleKeeper


def remembered() -> Sequence[RuleTerms]:
    """The active rules in their order, read at most once a minute."""
    terms = cache.get(KEY)
    if terms is None:
        terms = list(RoutingRule.objects.filter(is_active=True, queue__ended_at=None).values(*TERMS))
        cache.set(KEY, terms, REMEMBERED_FOR)
    return cast(Sequence[RuleTerms], terms)


def rule_for(traits: TicketTraits) -> RuleTerms | None:
    return first_fitting(remembered(), traits)


@transaction.atomic
def write(rule: RoutingRule, *, by: Person) -> RoutingRule:
    """Keep a new rule, at the end of the list, or a changed one. Tickets that are here already stay where they lie."""
    require_keeper(by)
    if not any(getattr(rule, name) for name in RoutingRule.CONDITIONS):
        raise RuleSaysNothing
    if rule.queue.ended_at:
        raise QueueEnded
    if RoutingRule.objects.filter(code=rule.code).exclude(pk=rule.pk).exists():
        raise RuleCodeTaken
    if rule.pk is None:
        if RoutingRule.objects.count() >= MOST:
            raise TooManyRules
        rule.position = (RoutingRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    rule.save()
    journal.record("routing_rule.written", rule, by=by, code=rule.code, queue=rule.queue.code, is_active=rule.is_active)
    forget()
    return rule


@transaction.atomic
def put_before(rule: RoutingRule, place: int, *, by: Person) -> None:
    """Stand at this place of the list, counted from one; the others keep their order."""
    require_keeper(by)
    others = list(RoutingRule.objects.select_for_update().exclude(pk=rule.pk))
    others.insert(max(0, place - 1), rule)
    for position, each in enumerate(others, start=1):
        RoutingRule.objects.filter(pk=each.pk).exclude(position=position).update(position=position)
    journal.record("routing_rule.ordered", rule, by=by, code=rule.code, place=place)
    forget()


@transaction.atomic
def remove(rule: RoutingRule, *, by: Person) -> None:
    """It chooses no more; tickets stay where it put them."""
    require_keeper(by)
    journal.record("routing_rule.removed", rule, by=by, code=rule.code)
    RoutingRule.objects.filter(position__gt=rule.position).update(position=F("position") - 1)
    rule.delete()
    forget()


def forget() -> None:
    """Now, and once it is committed: somebody may have remembered the old ones in between."""
    cache.delete(KEY)
    transaction.on_commit(lambda: cache.delete(KEY))


def queue_of(rule: RuleTerms | None) -> Queue | None:
    """The standing queue it names, if it still stands."""
    return Queue.objects.standing().select_related("team").filter(pk=rule["queue"]).first() if rule else None
