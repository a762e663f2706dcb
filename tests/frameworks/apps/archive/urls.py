import hashlib

from django.contrib import admin
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from .models import Document


def content(request, number):
    return FileResponse(get_object_or_404(Document, pk=number).content.open("rb"))


def checksum(request, number):
    with get_object_or_404(Document, pk=number).content.open("rb") as file:
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
    return HttpResponse(digest.hexdigest(), content_type="text/plain")


urlpatterns = [
    path("documents/<int:number>", content),
    path("documents/<int:number>/checksum", checksum),
    path("admin/", admin.site.urls),
]
