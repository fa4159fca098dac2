"""What the tray's page takes in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Municipality, Person
from foundation.language.forms import CleanForm
from helpdesk.models import RestrictionKind


class LetterForm(CleanForm):
    """As what a letter becomes a ticket."""

    restriction = forms.ChoiceField(choices=[("", "—"), *RestrictionKind.choices], required=False)


class SenderForm(LetterForm):
    """Whose address it is: a municipality by name or code, or one of its people by the address of their account."""

    to = forms.CharField(
        label=_("Municipality, or the person's own e-mail address"),
        max_length=120,
        error_messages={"required": _("Please say whose address this is.")},
    )

    person: Person | None = None

    def clean_to(self) -> Municipality:
        text = self.cleaned_data["to"].strip()
        if "@" in text:
            return self.home_of(text)
        exact = Municipality.objects.current().filter(code=text).first()
        found = [exact] if exact else list(Municipality.objects.current().matching(text)[:2])
        if len(found) == 1 and found[0]:
            return found[0]
        raise forms.ValidationError(
            _("No municipality is called just that. Please write more of its name, or its code.")
        )

    def home_of(self, email: str) -> Municipality:
        self.person = Person.objects.filter(email=email.lower(), is_active=True).first()
        home = self.person.own_municipality if self.person else None
        if home is None:
            raise forms.ValidationError(_("Nobody of a municipality has an account with this address."))
        return home
