"""allauth's forms in our words."""

from typing import Any

from allauth.account import forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.signin import new_passwords

PASSWORD_HELP = _("At least ten characters; a short sentence is easiest to remember.")
# (label, help) by field name.
WORDS: dict[str, tuple[Any, Any]] = {
    "name": (_("Name of the key"), ""),
    "login": (_("E-mail address"), ""),
    "email": (_("E-mail address"), ""),
    "password": (_("Password"), ""),
    "oldpassword": (_("Your password now"), ""),
    "password1": (_("New password"), PASSWORD_HELP),
    "password2": (_("The new password once more"), ""),
}


class InOurWords:
    """Names and explains the fields of a form that allauth built."""

    fields: dict[str, Field]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in WORDS:
                field.label, field.help_text = WORDS[name]


class LoginForm(InOurWords, forms.LoginForm):
    pass


class ReauthenticateForm(InOurWords, forms.ReauthenticateForm):
    pass


class ChangePasswordForm(InOurWords, forms.ChangePasswordForm):
    pass


class SetPasswordForm(InOurWords, forms.SetPasswordForm):
    pass


class ResetPasswordForm(InOurWords, forms.ResetPasswordForm):
    def clean_email(self) -> str:
        """Asks nobody whether there is such an account."""
        return self.cleaned_data["email"].lower()

    def save(self, request: HttpRequest, **kwargs) -> str:
        new_passwords.send_link(self.cleaned_data["email"])
        return self.cleaned_data["email"]


class ResetPasswordKeyForm(InOurWords, forms.ResetPasswordKeyForm):
    pass


class AddWebAuthnForm(InOurWords, webauthn_forms.AddWebAuthnForm):
    """Name a security key while it is added."""


class EditWebAuthnForm(InOurWords, webauthn_forms.EditWebAuthnForm):
    """Call a security key something else."""
