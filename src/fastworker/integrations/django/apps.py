"""What `INSTALLED_APPS` names to have the management command."""

from django.apps import AppConfig


class FastWorkerConfig(AppConfig):
    """The application `fastworker.integrations.django`; it has no models."""

    name = "fastworker.integrations.django"
    label = "fastworker"
    verbose_name = "FastWorker"
