"""All applications of this directory in one, for servers that host a single one: the first part of the path chooses."""

import pathlib
import runpy

NAMES = ("hello", "flask", "body100k", "gen1m", "post1m", "file10m")
HERE = pathlib.Path(__file__).parent
APPLICATIONS = {name: runpy.run_path(str(HERE / f"{name}.wsgi"))["application"] for name in NAMES}


def application(environ, start_response):
    name, slash, rest = environ["PATH_INFO"].lstrip("/").partition("/")
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = f"/{name}", slash + rest
    return APPLICATIONS[name](environ, start_response)
