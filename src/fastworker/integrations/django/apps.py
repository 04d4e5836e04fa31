"""What `INSTALLED_APPS` names to have the management command."""

from typing import override

from django.apps import AppConfig


class FastWorkerConfig(AppConfig):
    """The application `fastworker.integrations.django`; it has no models."""

    name = "fastworker.integrations.django"
    label = "fastworker"
    verbose_name = "FastWorker"

    @override
    def ready(self) -> None:
        """Have `manage.py check` ask the backends what is wrong with their options: Django loads that check nowhere."""
        import django.tasks.checks  # noqa: F401
