"""Fifty small applications on one machine: what each costs in memory, and how long its first answer takes."""

import statistics
import time
from pathlib import Path

from . import BENCHES
from .client import Client
from .finding import Finding, configured
from .httpd import Httpd, Server, prefer
from .load import server_s
from .targets import Target
from .workloads import Workload

COUNT = 50
SCRIPT = BENCHES / "apps" / "tenant.wsgi"
SETTLED = 0.02
"""A server that uses less of a core than this has finished its start."""


def fifty(httpd: Httpd, mpm: str, mod_wsgi: Target, clutch: Target, rounds: int) -> Finding:
    """Memory is the proportional share of all processes of the server, less that of the server without tenants."""
    mounts, apart, loaded = _mounts(), _mounts(apart=True), _mounts(apart=True, loaded=True)
    preload = [f"ClutchPreload {SCRIPT} application-group=t{number}" for number in range(COUNT)]
    imports = [f"WSGIImportScript {SCRIPT} process-group=%{{GLOBAL}} application-group=t{number}"
               for number in range(COUNT)]
    own = "ClutchIsolation own-gil"
    compared = [
        (mod_wsgi, "mod_wsgi, 50 daemon processes", apart),
        (mod_wsgi, "mod_wsgi, 50 daemon processes, loaded at start", loaded),
        (mod_wsgi, "mod_wsgi, one child", mounts),
        (mod_wsgi, "mod_wsgi, one child, WSGIImportScript", [*mounts, *imports]),
        (clutch, "clutch, one child, shared GIL", mounts),
        (clutch, "clutch, one child, shared GIL, ClutchPreload", [*mounts, *preload]),
        (clutch, "clutch, one child, own GILs", [own, *mounts]),
        (clutch, "clutch, one child, own GILs, ClutchPreload", [own, *mounts, *preload]),
        (clutch, "clutch, 50 daemon processes", apart),
        (clutch, "clutch, 50 daemon processes, loaded at start", loaded),
    ]
    empty = {target.name: _measured(httpd, mpm, target, [], 0)["pss_mb"] for target in (mod_wsgi, clutch)}
    raw = {}
    for target, name, lines in compared:
        taken = [_measured(httpd, mpm, target, lines, COUNT)
                 for _ in range(max(1, rounds // 2))]
        for one in taken:
            one["tenant_mb"] = (one["pss_mb"] - empty[target.name]) / COUNT
        raw[name] = taken
    rows = [
        [name, *(f"{statistics.median(one[figure] for one in taken):{form}}" for figure, form in (
            ("tenant_mb", ".2f"), ("pss_mb", ".0f"), ("start_s", ".1f"), ("first_ms", ".1f"), ("slowest_ms", ".0f")))]
        for name, taken in raw.items()
    ]
    head = ["target", "MB a tenant", "MB in all", "s until the server is at rest", "first answer, ms",
            "slowest first answer, ms"]
    return Finding("50 small applications (json, logging, re, urllib.request each)", head, rows,
                   {"without tenants, MB": empty, **raw})


def _mounts(apart: bool = False, loaded: bool = False) -> list[str]:
    """Fifty applications, each in an application group of its own, and in a daemon process of its own if `apart`.

    An alias that names both groups also has the script loaded when the process starts.
    """
    lines = []
    for number in range(COUNT):
        group = f"t{number}"
        alias = f"WSGIScriptAlias /{group} {SCRIPT}"
        if apart:
            lines.append(f"WSGIDaemonProcess {group}")
        if loaded or not apart:
            lines.append(f"{alias} application-group={group}" + (f" process-group={group}" if apart else ""))
        else:
            lines.append(f"{alias}\n<Location /{group}>\nWSGIProcessGroup {group}\nWSGIApplicationGroup {group}\n"
                         "</Location>")
    return lines


def _measured(httpd: Httpd, mpm: str, target: Target, lines: list[str], tenants: int) -> dict[str, float]:
    began = time.monotonic()
    with Server(httpd, configured(target, target.name, *lines), mpm, preferred=True) as server:
        start = _at_rest(server) - began
        first = [_first_answer(server, number) for number in range(tenants)] or [0.0]
        _at_rest(server)
        return {
            "pss_mb": sum(_pss_mb(pid) for pid in server.pids()),
            "start_s": start,
            "first_ms": statistics.median(first),
            "slowest_ms": max(first),
        }


def _first_answer(server: Server, number: int) -> float:
    """Milliseconds."""
    workload = Workload(f"t{number}", "", f"/t{number}", lambda body: f'"t{number}"'.encode() in body)
    client = Client(server.port)
    began = time.monotonic()
    client.send(workload, 1, judge=True)
    took = (time.monotonic() - began) * 1000
    client.close()
    return took


def _at_rest(server: Server) -> float:
    """Waits until the server does nothing for a quarter of a second; returns when that began."""
    while True:
        pids = server.pids()
        prefer(pids)
        began, used = time.monotonic(), server_s(pids)
        time.sleep(0.25)
        now = server.pids()
        if now == pids and server_s(now) - used < SETTLED * 0.25:
            return began


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no Pss in the memory map of {pid}")
