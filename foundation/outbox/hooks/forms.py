"""What people type about webhooks; field names are the verbs' keywords."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Membership, Municipality, Person
from foundation.language.forms import CleanForm
from foundation.outbox.hooks import feed, webhooks


class EventHookForm(CleanForm):
    """Where events go, and which."""

    url = forms.URLField(
        label=_("Address"), max_length=300, assume_scheme="https", help_text=_("Begins with https://; it answers 2xx.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"] = forms.MultipleChoiceField(
            label=_("Events"),
            required=False,
            help_text=_("With none marked, all of them."),
            choices=[(kind, kind) for kind in feed.known_kinds()],
            widget=forms.SelectMultiple(attrs={"size": 8}),
        )


class NewEventHookForm(EventHookForm):
    """A new one: whose it is, and its name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        validators=[RegexValidator(webhooks.NAME)],
        help_text=_("Small letters, digits and hyphens: ebys, 153-merkezi."),
    )
    municipality = forms.CharField(
        label=_("Municipality"),
        max_length=5,
        required=False,
        help_text=_("Its five-digit code. Left empty: of the house, which hears everything."),
    )

    field_order = ("name", "municipality", "url", "kinds")

    def __init__(self, *args: Any, keeper: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = Municipality.objects.current().administered_by(keeper)
        self.keeps_the_house = keeper.has_role(Membership.Role.PLATFORM_ADMIN)
        if not self.keeps_the_house:
            own = list(self.places.order_by("sort_key"))
            choices = [(place.code, str(place)) for place in own]
            self.fields["municipality"] = forms.ChoiceField(label=_("Municipality"), choices=choices)
        self.order_fields(self.field_order)

    def clean_municipality(self) -> Municipality | None:
        code = self.cleaned_data["municipality"]
        found = self.places.filter(code=code).first() if code else None
        if found is None and (code or not self.keeps_the_house):
            raise forms.ValidationError(_("There is no municipality with this code among yours."))
        return found
