"""Says who has come in."""


def application(environ, start_response):
    body = f"Hello {environ.get('REMOTE_USER', 'nobody')}, this is {environ['SCRIPT_NAME']}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
