"""The settings of a Django project without a database."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "only for this example")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "urls"
USE_TZ = True
INSTALLED_APPS = ["fastworker.integrations.django", "library"]
TASKS = {
    "default": {
        "BACKEND": "fastworker.integrations.django.backend.FastWorkerBackend",
        "QUEUES": ["default", "letters"],
    }
}
