"""What the site answers, below the path it is mounted at."""

from django.contrib import admin
from django.urls import path

from . import views

urlpatterns = [
    path("", views.entries, name="entries"),
    path("admin/", admin.site.urls),
]
