import json


def application(environ, start_response):
    body = json.dumps({name: value for name, value in environ.items() if type(value) is str}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
