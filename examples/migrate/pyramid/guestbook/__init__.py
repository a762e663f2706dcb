"""A guest book: sessions in a signed cookie, forms with a token, a log-in by HTTP Basic for who may delete."""

import fcntl
import html
import json

from pyramid.authentication import extract_http_basic_credentials
from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPFound, HTTPUnauthorized
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory


def entries(request, change=None):
    """The entries; with a change they are written."""
    with open(request.registry.settings["guestbook.file"], "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = json.load(file)
        if change:
            found = change(found)
            file.seek(0)
            file.truncate()
            json.dump(found, file)
    return found


def home(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    items = "".join(f"<li>{html.escape(entry)}</li>" for entry in entries(request))
    told = "".join(f"<p>{text}</p>" for text in request.session.pop_flash())
    return Response(
        f"<!doctype html><title>Guest book</title>{told}<p>Visit {request.session['visits']}</p><ol>{items}</ol>"
        f'<form method="post" action="{request.route_url("write")}">'
        f'<input type="hidden" name="csrf_token" value="{get_csrf_token(request)}"><input name="text"></form>'
    )


def write(request):
    entries(request, lambda found: found + [request.POST["text"]])
    request.session.flash("Thank you.")
    return HTTPFound(request.route_url("home"))


def clear(request):
    given = extract_http_basic_credentials(request)
    if not given or (given.username, given.password) != ("keeper", "kept-secret"):
        return HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="guestbook"'})
    entries(request, lambda _: [])
    return Response(f"cleared by {given.username}")


def main(_, **settings):
    with Configurator(settings=settings) as config:
        config.set_session_factory(SignedCookieSessionFactory(settings["guestbook.secret"]))
        config.set_default_csrf_options(require_csrf=True)
        config.add_route("home", "/")
        config.add_route("write", "/write", request_method="POST")
        config.add_route("clear", "/clear", request_method="DELETE")
        config.add_view(home, route_name="home")
        config.add_view(write, route_name="write")
        config.add_view(clear, route_name="clear", require_csrf=False)
        return config.make_wsgi_app()
