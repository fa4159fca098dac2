"""Shared by every test; people and builders live in `tests.cast`."""

import pytest
from django.conf import settings as configured
from django.core.cache import cache

from tests.wall import furnished


def pytest_configure():
    """The SQLite test database lies in `var/`, which a fresh clone lacks; hashing need not be slow here."""
    configured.VAR_DIR.mkdir(exist_ok=True)
    configured.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *configured.PASSWORD_HASHERS]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages link their files by plain name: nothing was collected."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def stage(db, settings, tmp_path):
    """The cast, and one of each thing that the doors of the house lead to (`tests/wall/`)."""
    settings.MEDIA_ROOT = tmp_path
    return furnished()


@pytest.fixture(autouse=True)
def forgetful_cache():
    """Limits counted in one test do not reach the next."""
    cache.clear()
