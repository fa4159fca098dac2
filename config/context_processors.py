"""What every template may rely on beside its own context."""

from django.conf import settings


def page_context(request) -> dict[str, object]:
    return {
        "DEMO": settings.DEMO,
        "PUBLIC_BASE_URL": settings.PUBLIC_BASE_URL,
        "PASSKEYS_WORK": settings.PASSKEYS_WORK,
        "OIDC_NAME": settings.OIDC_NAME,
        "WITHOUT_SMS": settings.SMS_GATEWAY.strip() == "none",
    }
