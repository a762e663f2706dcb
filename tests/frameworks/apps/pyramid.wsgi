import hashlib

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound
from pyramid.response import Response


def page(request):
    seen = "again" if request.cookies.get("seen") == "yes" else "new"
    return Response(f"<h1>Hello from Pyramid</h1><p>{seen}</p><a href='{request.route_path('go')}'>go</a>")


def go(request):
    response = HTTPFound(request.route_url("page"))
    response.set_cookie("seen", "yes")
    return response


def form(request):
    return Response("Hello, " + request.POST["name"])


def file(request):
    upload = request.POST["file"]
    data = upload.file.read()
    return Response(f"{upload.filename} {len(data)} {hashlib.sha256(data).hexdigest()}")


with Configurator() as config:
    for name, view in {"page": page, "go": go, "form": form, "file": file}.items():
        config.add_route(name, "/" if name == "page" else "/" + name)
        config.add_view(view, route_name=name)
    application = config.make_wsgi_app()
