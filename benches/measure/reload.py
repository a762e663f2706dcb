"""New code under load: 200 requests a second while the script changes each second and takes 200 ms to import."""

import statistics
import tempfile
import threading
import time
from pathlib import Path

from . import OUT
from .client import Client
from .finding import Finding, configured
from .httpd import Httpd, Server, prefer
from .targets import Target
from .workloads import Workload

RATE, CONNECTIONS, SECONDS = 200, 4, 8
IMPORT_S, LATE_MS = 0.2, 100
WORKLOAD = Workload("reload", "", "/reload", lambda body: body.isdigit())

SCRIPT = """\
import time
time.sleep({import_s})

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "{length}")])
    return [b"{version}"]
"""


def under_load(httpd: Httpd, mpm: str, mod_wsgi: Target, clutch: Target, rounds: int) -> Finding:
    """A request is late by the time from when it was due to when its answer was there."""
    embedded, daemon = [], ["WSGIDaemonProcess bench"]
    group, fresh, seamless = "ClutchReload group", "ClutchReloadPolicy fresh", "ClutchReloadPolicy seamless"
    compared = [
        (mod_wsgi, "mod_wsgi, embedded", embedded),
        (mod_wsgi, "mod_wsgi, daemon", daemon),
        (clutch, "clutch, embedded, as it comes (script)", embedded),
        (clutch, "clutch, embedded, group, fresh", [group, fresh]),
        (clutch, "clutch, embedded, group, seamless", [group, seamless]),
        (clutch, "clutch, daemon, as it comes", daemon),
        (clutch, "clutch, daemon, interpreter, fresh", [*daemon, group, fresh, "ClutchReloadUnit interpreter"]),
        (clutch, "clutch, daemon, interpreter, seamless", [*daemon, group, seamless, "ClutchReloadUnit interpreter"]),
        (clutch, "clutch, daemon, process, seamless", [*daemon, group, seamless, "ClutchReloadUnit process"]),
    ]
    raw = {name: [] for _, name, _ in compared}
    for _ in range(max(1, rounds // 2)):
        for target, name, lines in compared:
            raw[name].append(_measured(httpd, mpm, target, lines))
    figures = {"failed": max, "late": statistics.median, "worst_ms": max, "new_ms": statistics.median, "unseen": max}
    rows = [
        [name, *(f"{of(one[figure] for one in taken):,.0f}" for figure, of in figures.items())]
        for name, taken in raw.items()
    ]
    head = ["target", f"failed at most, of {RATE * SECONDS:,}", f"more than {LATE_MS} ms late", "latest, ms",
            "new code after, ms", "changes that nobody saw, at most"]
    title = f"the script changes each second under {RATE} requests/s, its import takes {IMPORT_S * 1000:.0f} ms"
    return Finding(title, head, rows, raw)


class Load:
    """What the connections saw."""

    def __init__(self):
        self.lock = threading.Lock()
        self.failed: list[str] = []
        self.late_ms: list[float] = []
        self.seen: dict[int, float] = {}
        """When a version answered for the first time."""

    def answered(self, due: float, body: bytes) -> None:
        now = time.monotonic()
        with self.lock:
            self.late_ms.append((now - due) * 1000)
            self.seen.setdefault(int(body), now)

    def lost(self, due: float, why: str) -> None:
        with self.lock:
            self.late_ms.append((time.monotonic() - due) * 1000)
            self.failed.append(why)


def _measured(httpd: Httpd, mpm: str, target: Target, lines: list[str]) -> dict:
    with tempfile.TemporaryDirectory(dir=OUT) as place:
        Path(place).chmod(0o755)
        script = Path(place) / "reload.wsgi"
        _write(script, 1)
        where = " process-group=bench" if any("WSGIDaemonProcess" in line for line in lines) else ""
        mount = f"WSGIScriptAlias /reload {script} application-group=reload{where}"
        with Server(httpd, configured(target, target.name, *lines, mount), mpm, preferred=True) as server:
            client = Client(server.port)
            client.wait_until_served(WORKLOAD)
            client.send(WORKLOAD, 50, judge=True)
            client.close()
            return _loaded(server, script)


def _loaded(server: Server, script: Path) -> dict:
    load, began = Load(), time.monotonic() + 0.1
    senders = [threading.Thread(target=_send, args=(server.port, began, number, load)) for number in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    changed = {}
    for version in range(2, SECONDS + 1):
        while (left := began + version - 1.5 - time.monotonic()) > 0:
            prefer(server.pids())  # those that came with the last change, too
            time.sleep(min(left, 0.1))
        _write(script, version)
        changed[version] = time.monotonic()
    for sender in senders:
        sender.join()
    new = [(load.seen[version] - at) * 1000 for version, at in changed.items() if version in load.seen]
    return {
        "failed": len(load.failed), "failures": sorted(set(load.failed)), "log": server.log() if load.failed else "",
        "late": sum(late > LATE_MS for late in load.late_ms), "worst_ms": max(load.late_ms),
        "new_ms": statistics.median(new) if new else float("nan"), "unseen": len(changed) - len(new),
    }


def _send(port: int, began: float, number: int, load: Load) -> None:
    """Every `CONNECTIONS`th request, when it is due, or as soon as the connection is free."""
    client = Client(port)
    for turn in range(number, RATE * SECONDS, CONNECTIONS):
        due = began + turn / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            status, body = client.ask(WORKLOAD)
        except Exception as error:  # whatever a client would call a failure
            load.lost(due, repr(error))
            client.close()
            continue
        if status == 200 and WORKLOAD.right(body):
            load.answered(due, body)
        else:
            load.lost(due, f"status {status}")
    client.close()


def _write(script: Path, version: int) -> None:
    """In one step, so that nobody imports half a script."""
    new = script.with_suffix(".new")
    new.write_text(SCRIPT.format(import_s=IMPORT_S, version=version, length=len(str(version))))
    new.replace(script)
