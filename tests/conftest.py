"""Shared by every test; people and builders live in `tests.cast`."""

import gc
import pickle
from collections import Counter

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase, override_settings

from tests import once, restoring, templates
from tests.standins.workers import database_url
from tests.wall import EVERYONE, furnished
from tests.wall.walking import sessions_of


def pytest_configure():
    """The SQLite test database lies in `var/`, which a fresh clone lacks; hashing need not be slow here."""
    configured.VAR_DIR.mkdir(exist_ok=True)
    configured.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *configured.PASSWORD_HASHERS]


def pytest_addoption(parser):
    parser.addoption("--half", action="store_true", help="leave to the other database's run what is marked for it")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Files are handed out whole: the longest first, then those of many tests; nobody is left to end alone."""
    left = {item for item in items if once.is_left_to_the_other(item, connection.vendor)}
    config.stash[once.LEFT] = []
    if config.getoption("--half"):
        config.stash[once.LEFT] = list(left)
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]
    tests = Counter(item.path for item in items)
    long = {item.path: mark.args[0] for item in items for mark in item.iter_markers("long")}
    items.sort(key=lambda item: (-long.get(item.path, 0), -tests[item.path], item.path))


def pytest_collection_finish():
    """What is there by now stays: the collector need not look at it again and again, nor after every few objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """This worker's database is a copy of the template, and is that again after every test that commits."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        connection.close()
        name = connection.creation._get_test_db_name()
        configured.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        templates.fill(database_url())
        patch.setattr(TransactionTestCase, "_fixture_teardown", restoring.after_commits())
        yield
        connection.close()


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages link their files by plain name: nothing was collected.

    Nor does every new client read the whole folder of collected files: that was most of a walk's time.
    """
    settings.WHITENOISE_AUTOREFRESH = True
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
        stage = furnished()
        with sessions_of(getattr(stage, name) for name in EVERYONE):
            yield pickle.dumps(stage), folder
        transaction.set_rollback(True)


@pytest.fixture
def stage(furnished_once, db, settings):
    """The cast, and one of each thing that the doors of the house lead to (`tests/wall/`)."""
    kept, settings.MEDIA_ROOT = furnished_once
    return pickle.loads(kept)


@pytest.fixture(autouse=True)
def forgetful_cache():
    """Limits counted in one test do not reach the next."""
    cache.clear()
