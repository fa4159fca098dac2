from django.apps import AppConfig


class LanguageConfig(AppConfig):
    """Carries the template words and the fragments they show."""

    name = "foundation.language"
