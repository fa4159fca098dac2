"""django-sla stands alone: built as a wheel, installed elsewhere, its tests run in an empty project."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.long(15), pytest.mark.once("sqlite", "an empty project with a file of its own")]

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = """
SECRET_KEY = "empty"
INSTALLED_APPS = ["django_sla"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "empty.sqlite3",
             "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}, "TEST": {"NAME": "test.sqlite3"}}}
USE_TZ = True
TIME_ZONE = "UTC"
"""


def build_wheel(into: Path) -> Path:
    """A wheel made from a copy of the tree, without reaching the network."""
    source = into / "source"
    shutil.copytree(ROOT / "django_sla", source, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [sys.executable, "-c", "from setuptools import build_meta; build_meta.build_wheel('..')"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    return next(into.glob("*.whl"))


@pytest.mark.processes
def test_the_wheel_carries_its_own_tests_through_an_empty_project(tmp_path):
    pytest.importorskip("setuptools")
    project = tmp_path / "project"
    with zipfile.ZipFile(build_wheel(tmp_path)) as wheel:
        wheel.extractall(project)
    names = {path.relative_to(project).as_posix() for path in project.rglob("*")}
    assert "django_sla/locale/tr/LC_MESSAGES/django.mo" in names

    (project / "empty_settings.py").write_text(SETTINGS)
    tests = project / "tests" / "django_sla"
    shutil.copytree(ROOT / "tests" / "django_sla", tests, ignore=shutil.ignore_patterns("__pycache__", "test_wheel.py"))
    (project / "tests" / "__init__.py").touch()
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=project,
        env={
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
            "PYTHONPATH": str(project),
            "DJANGO_SETTINGS_MODULE": "empty_settings",
            "SLA_HISTORIES": "20",
        },
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
