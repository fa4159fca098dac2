"""Shared by every test; people and builders live in `tests.cast`."""

import copy

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

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


@pytest.fixture(scope="module")
def furnished_once(django_db_setup, django_db_blocker, tmp_path_factory):
    """The stage of a whole module, in one transaction around those of its tests; and its folder of files.

    Furnishing takes longer than most walks. Tests that commit have modules of their own.
    """
    folder = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=folder):
        yield furnished(), folder
        transaction.set_rollback(True)


@pytest.fixture
def stage(furnished_once, db, settings):
    """The cast, and one of each thing that the doors of the house lead to (`tests/wall/`)."""
    stage, settings.MEDIA_ROOT = furnished_once
    return copy.deepcopy(stage)


@pytest.fixture(autouse=True)
def forgetful_cache():
    """Limits counted in one test do not reach the next."""
    cache.clear()
