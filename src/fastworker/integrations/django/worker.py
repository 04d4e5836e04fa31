"""The tasks of a Django project as a task module: what a worker is given as --task-modules.

The environment says which project, as usual: `DJANGO_SETTINGS_MODULE`. The command `fastworker_subworker` names this
module by itself; a control plane that is to run the tasks of a project itself can be given it, too.
"""

import django
from django.apps import apps

from .discovery import project_functions

if not apps.ready:
    django.setup()

globals().update({f"task {function.name}": function for function in project_functions()})
