"""Celery, the doorbell: it says *look now*; the rows say what is owed."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("nobet")
app.config_from_object("config.celery_settings")
app.autodiscover_tasks(related_name="jobs")
app.autodiscover_tasks(["monitoring.probing"], related_name="jobs")
