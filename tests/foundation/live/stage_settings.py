"""The house's settings, with the stage of the live tests for doors."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.foundation.live.stage_urls"
ASGI_APPLICATION = "tests.foundation.live.stage.application"
LANGUAGE_CODE = "en"
LOGGING = {"level": "WARNING", "json": False}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
STATICFILES_DIRS = [BASE_DIR / "tests/foundation/live/static"]  # noqa: F405
TEMPLATES[0]["DIRS"] = [BASE_DIR / "tests/foundation/live/templates"]  # noqa: F405
LOADERS = ["django.template.loaders.filesystem.Loader", "foundation.language.template_loader.Loader"]
TEMPLATES[0]["OPTIONS"]["loaders"] = LOADERS  # noqa: F405 - the house itself looks into its apps only
