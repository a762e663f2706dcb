"""One kept-open connection that sends a workload's request and judges every answer."""

import http.client
import time

from .workloads import Workload

REPLY_LIMIT = 120
"""Seconds until an answer counts as lost; a server under valgrind is a hundred times slower than it is."""


class Client:
    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REPLY_LIMIT)

    def wait_until_served(self, workload: Workload) -> None:
        """Asks until it is answered well: a server beside httpd, or a daemon, may start later than httpd."""
        deadline = time.monotonic() + REPLY_LIMIT
        while (answer := self.ask(workload))[0] in (502, 503, 504) and time.monotonic() < deadline:
            time.sleep(0.1)
        if answer[0] != 200:
            raise RuntimeError(f"{workload.path} answered {answer[0]}: {answer[1][:300]!r}")

    def send(self, workload: Workload, times: int, judge: bool) -> None:
        """Sends the request `times` times, one after the other; `judge` says whether the body must be right."""
        for _ in range(times):
            status, body = self.ask(workload)
            if status != 200 or (judge and not workload.right(body)):
                raise RuntimeError(f"{workload.path} answered {status}: {body[:300]!r}")

    def ask(self, workload: Workload) -> tuple[int, bytes]:
        """Sends the request once and returns the status and the body of the answer."""
        connection = self.connection
        connection.putrequest("POST" if workload.body else "GET", workload.path, skip_accept_encoding=True)
        for name, value in workload.headers:
            connection.putheader(name, value)
        if workload.body:
            connection.putheader("Content-Length", str(len(workload.body)))
        connection.endheaders(workload.body or None)
        response = connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self.connection.close()
