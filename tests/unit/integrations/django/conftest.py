"""A Django project without a database, for this process."""

import django
from django.conf import settings

BACKEND = "fastworker.integrations.django.backend.FastWorkerBackend"

if not settings.configured:
    settings.configure(
        USE_TZ=True,
        TIME_ZONE="Europe/Paris",  # not overridden in a test: that would change the time zone of this process
        INSTALLED_APPS=["fastworker.integrations.django", "tests.unit.integrations.django.shop"],
        TASKS={
            "default": {"BACKEND": BACKEND, "QUEUES": ["default", "letters"]},
            "other": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"},
            "moved": {"BACKEND": BACKEND, "OPTIONS": {"address": "tcp://127.0.0.1:5999", "adress": "x"}},
        },
    )
    django.setup()
