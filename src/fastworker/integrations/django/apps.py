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
        """Have `submit_sync` use the default backend's control plane, and `manage.py check` ask the backends.

        Django loads that check nowhere.
        """
        import django.tasks.checks  # noqa: F401

        from .project_client import use_default_backend

        use_default_backend()
