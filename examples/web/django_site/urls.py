"""The addresses of the project."""

from django.urls import path
from library import views

urlpatterns = [
    path("documents", views.submit),
    path("documents/<str:task_id>", views.result),
    path("letters", views.write),
    path("letters/now", views.write_now),
]
