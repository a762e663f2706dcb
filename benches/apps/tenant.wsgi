import json
import logging
import re
import urllib.request


def application(environ, start_response):
    body = json.dumps({"tenant": environ["mod_wsgi.application_group"]}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
