import tempfile
from wsgiref.util import FileWrapper

BYTES = 10 * 1024 * 1024
FILE = tempfile.NamedTemporaryFile(prefix="clutch-bench-")
FILE.truncate(BYTES)
FILE.seek(0)
for _ in range(BYTES // 65536):
    FILE.write(bytes(65536))
FILE.flush()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(BYTES))])
    wrapper = environ.get("wsgi.file_wrapper", FileWrapper)
    return wrapper(open(FILE.name, "rb"), 65536)
