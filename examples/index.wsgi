"""The index page of the examples: what runs here, and links to the rest."""

import html
import importlib
import os
import platform
import string
import sys
import threading
from pathlib import Path

PAGE = Path(__file__).with_name("index.html")
ICON = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">
<g fill="#fff" stroke="#2f7d56" stroke-width="3"><ellipse cx="22" cy="32" rx="10" ry="14"/>
<ellipse cx="50" cy="32" rx="10" ry="14"/><ellipse cx="36" cy="28" rx="11" ry="16"/></g>
<path d="M4 38c10 6 54 6 64 0-1 14-14 24-32 24S5 52 4 38z" fill="#2f7d56"/></svg>
"""


def interpreter():
    """Which of this process's interpreters runs this code."""
    for module in ("_interpreters", "_xxsubinterpreters"):  # 3.13 and later, 3.12 and earlier
        try:
            current = importlib.import_module(module).get_current()
        except ImportError:
            continue
        number = int(current[0] if isinstance(current, tuple) else current)
        return "main interpreter" if number == 0 else f"subinterpreter {number}"
    return "unknown"


def facts(environ):
    """What the page shows about the place it runs in."""
    group = environ.get("mod_wsgi.application_group", "")
    return {
        "root": environ.get("SCRIPT_NAME", ""),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "group": group or "(global)",
        "interpreter": interpreter(),
        "process": f"{os.getpid()}, {threading.current_thread().name}",
        "server": environ.get("SERVER_SOFTWARE", ""),
        "prefix": sys.prefix,
    }


def page(environ):
    """The page, as bytes."""
    template = string.Template(PAGE.read_text(encoding="utf-8"))
    return template.substitute({name: html.escape(value) for name, value in facts(environ).items()}).encode()


def application(environ, start_response):
    path = environ.get("PATH_INFO", "")
    if path in ("", "/"):
        status, kind, body = "200 OK", "text/html; charset=utf-8", page(environ)
    elif path == "/favicon.ico":
        status, kind, body = "200 OK", "image/svg+xml", ICON
    else:
        status, kind, body = "404 Not Found", "text/plain", b"There is no such page here.\n"
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
