BLOCK = bytes(65536)
BLOCKS = 16


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return (BLOCK for _ in range(BLOCKS))
