"""Django 6: a backend for `django.tasks`, and a command that starts a subworker for the tasks of a project."""
