BODY = bytes(102400)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", "102400")])
    return [BODY]
