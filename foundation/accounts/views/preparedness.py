"""Pages that say how ready municipalities are: the weakest, by province, and one with its reasons."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from foundation import now
from foundation.accounts.preparedness import counting, overview, scoring
from foundation.accounts.views.register import PAGE
from foundation.directory.models import Municipality
from foundation.wire.api import paging


@login_required
@require_safe
def preparedness(request) -> HttpResponse:
    """Provinces beside each other and the weakest municipalities; for the country and for unions."""
    person = request.user
    if not (person.works_nationally or any(held.province_id for held in person.current_memberships)):
        raise PermissionDenied
    provinces = overview.provinces(person)
    chosen = next((one for one in provinces if one.code == request.GET.get("province")), None)
    listed = overview.weakest(person, province=chosen.code if chosen else "")
    rows, following = paging.page(listed, order=("score", "pk"), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {
        "provinces": provinces,
        "chosen": chosen,
        "rows": [(row, overview.reasons(row)) for row in rows],
        "following": following,
        "whole": overview.together(provinces),
    }
    return render(request, "accounts/preparedness.html", context)


@login_required
@require_safe
def of_municipality(request, code) -> HttpResponse:
    """Each part with its points, its reason and the door where it is mended; counted now."""
    municipality = get_object_or_404(Municipality.objects.visible_to(request.user).current(), code=code)
    parts = scoring.parts(counting.facts_of([municipality.pk])[municipality.pk], now())
    context = {
        "municipality": municipality,
        "parts": parts,
        "score": sum(part.points for part in parts),
        "keeps": Municipality.objects.administered_by(request.user).filter(pk=municipality.pk).exists(),
    }
    return render(request, "accounts/preparedness_of.html", context)
