import hashlib
import os


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/upload":
        digest = hashlib.sha256()
        while chunk := environ["wsgi.input"].read(64 * 1024):
            digest.update(chunk)
        body = digest.hexdigest().encode()
    elif path == "/download":
        file = open(os.environ["TRANSFER_FILE"], "rb")
        length = str(os.fstat(file.fileno()).st_size)
        start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", length)])
        return environ["wsgi.file_wrapper"](file, 64 * 1024)
    else:
        body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
