"""What is compared, each made ready for one Python: modules in httpd, their daemons, and servers behind a proxy."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from . import BENCHES, OUT, Missing
from .httpd import Httpd

PYTHON_FACTS = """
import json, platform, sys, sysconfig
json.dump({
    "version": platform.python_version() + ("t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""),
    "tag": "cp%d%d" % sys.version_info[:2] + ("t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""),
    "shared": bool(sysconfig.get_config_var("Py_ENABLE_SHARED")),
    "optimised": "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""),
    "base": sys.base_prefix,
}, sys.stdout)
"""


@dataclass(frozen=True)
class Python:
    """The interpreter that all targets embed, with a virtual environment of its own for the measurement."""

    version: str
    tag: str
    shared: bool
    optimised: bool
    base: str
    home: Path

    @staticmethod
    def at(executable: str) -> "Python":
        """Asks `executable` what it is, and makes or finds the virtual environment with Flask and mod_wsgi."""
        try:
            facts = json.loads(_output([executable, "-c", PYTHON_FACTS]))
        except (OSError, subprocess.CalledProcessError) as error:
            raise Missing(f"no usable Python at {executable}: {error}") from None
        if not facts["shared"]:
            raise Missing(f"{executable} has no shared library; use a Python built with --enable-shared")
        home = OUT / f"venv-{facts['version']}"
        _make_environment(executable, home)
        return Python(home=home, **facts)


PROXIED = {"uwsgi": "uWSGI==2.0.31", "granian": "granian==2.8.7"}
"""Servers behind a proxy, as pip is asked for them. Where one cannot be had, it is left out of the tables."""

DAEMON_PROCESSES, DAEMON_THREADS = 1, 15
"""The size of a daemon process group, and of the servers behind a proxy."""


@dataclass(frozen=True)
class Target:
    """One way to answer the workloads."""

    name: str
    version: str
    load: str
    """What loads the module; with `mount`, all of the configuration in which targets differ."""
    python: Python | None
    mount: Callable[[str], str]
    """The configuration lines that give a workload's path to this target."""
    alone: bool = True
    """Whether `httpd -X`, a single process, is all of it."""
    beside: Callable[[Path], list] | None = None
    """The command of a server that runs beside httpd; it is given httpd's directory, where its socket is `server`."""


def alias(options: str = "") -> Callable[[str], str]:
    """Mounts the script of a workload."""
    return lambda workload: f"WSGIScriptAlias /{workload} {BENCHES}/apps/{workload}.wsgi{options}"


def floor(httpd: Httpd, _python: Python, _artifacts: Path) -> Target:
    """Compiles the handler in C with apxs."""
    source, place = BENCHES / "floor" / "mod_floor.c", OUT / "floor"
    module = place / ".libs" / "mod_floor.so"
    if not module.exists() or module.stat().st_mtime < source.stat().st_mtime:
        place.mkdir(parents=True, exist_ok=True)
        (place / source.name).write_bytes(source.read_bytes())
        _quietly([httpd.apxs, "-c", source.name], place)

    def mount(workload: str) -> str:
        return f"<Location /{workload}>\nSetHandler floor-{workload}\n</Location>"
    return Target("floor", "C", f"LoadModule floor_module {module}", None, mount)


def mod_wsgi(_httpd: Httpd, python: Python, _artifacts: Path) -> Target:
    """Finds the module that pip compiled into the virtual environment."""
    module = _output([python.home / "bin" / "mod_wsgi-express", "module-location"]).strip()
    return Target("mod_wsgi", _version(python, "mod_wsgi"), _wsgi(python, module), python, alias())


def clutch(_httpd: Httpd, python: Python, artifacts: Path) -> Target:
    """Finds our module, and beside it the engine for this Python and the program."""
    module, engine = artifacts / "mod_clutch.so", artifacts / f"libclutch_engine-{python.tag}.so"
    for file in (module, engine, artifacts / "clutch"):
        if not file.exists():
            raise Missing(f"{file} is not there; run `make build` for Python {python.version} first")
    return Target("clutch", "this tree", f"{_wsgi(python, module)}\nClutchEngine {engine}", python, alias())


def mod_wsgi_daemon(httpd: Httpd, python: Python, artifacts: Path) -> Target:
    return in_daemons(mod_wsgi(httpd, python, artifacts))


def clutch_daemon(httpd: Httpd, python: Python, artifacts: Path) -> Target:
    return in_daemons(clutch(httpd, python, artifacts))


def in_daemons(target: Target, processes: int = DAEMON_PROCESSES, threads: int = DAEMON_THREADS) -> Target:
    """The same target with all applications in one group of daemon processes."""
    group = f"WSGISocketPrefix ${{SERVER_ROOT}}/wsgi\nWSGIDaemonProcess bench processes={processes} threads={threads}"
    return replace(target, name=f"{target.name}-daemon", load=f"{target.load}\n{group}",
                   mount=alias(" process-group=bench"), alone=False)


def uwsgi(httpd: Httpd, python: Python, _artifacts: Path) -> Target:
    """uWSGI behind mod_proxy_uwsgi, over a Unix socket."""
    _proxied_server(python, "uwsgi")

    def command(root: Path) -> list:
        return [python.home / "bin" / "uwsgi", "--master", "--disable-logging", "--die-on-term", "--need-app",
                "--socket", root / "server", "--home", python.home, "--wsgi-file", BENCHES / "apps" / "proxied.py",
                "--processes", DAEMON_PROCESSES, "--threads", DAEMON_THREADS, "--listen", 100]
    return Target("uwsgi", _version(python, "uWSGI"), _proxy(httpd, "uwsgi"), python, through("uwsgi"), False, command)


def granian(httpd: Httpd, python: Python, _artifacts: Path) -> Target:
    """Granian behind mod_proxy_http, over a Unix socket."""
    _proxied_server(python, "granian")

    def command(root: Path) -> list:
        return [python.home / "bin" / "granian", "--interface", "wsgi", "--uds", root / "server", "--no-access-log",
                "--workers", DAEMON_PROCESSES, "--blocking-threads", DAEMON_THREADS,
                "--working-dir", BENCHES / "apps", "proxied:application"]
    return Target(
        "granian", _version(python, "granian"), _proxy(httpd, "http"), python, through("http"), False, command)


def through(scheme: str) -> Callable[[str], str]:
    """Mounts a path at the server beside httpd."""
    return lambda workload: (
        f'ProxyPass "/{workload}" "unix:${{SERVER_ROOT}}/server|{scheme}://localhost/{workload}" enablereuse=on')


TARGETS = {
    "floor": floor, "mod_wsgi": mod_wsgi, "clutch": clutch,
    "mod_wsgi-daemon": mod_wsgi_daemon, "clutch-daemon": clutch_daemon, "uwsgi": uwsgi, "granian": granian,
}


def _wsgi(python: Python, module: Path | str) -> str:
    return f"LoadModule wsgi_module {module}\nWSGIPythonHome {python.home}\nWSGIEnableSendfile On"


def _proxy(httpd: Httpd, scheme: str) -> str:
    modules = {name: f"{httpd.modules}/mod_{name}.so" for name in ("proxy", f"proxy_{scheme}")}
    for file in modules.values():
        if not Path(file).exists():
            raise Missing(f"{file} is not there (Debian: apache2-bin)")
    return "\n".join(f"LoadModule {name}_module {file}" for name, file in modules.items())


def _proxied_server(python: Python, command: str) -> None:
    if not (python.home / "bin" / command).exists():
        raise Missing(f"no {command} in {python.home}; pip could not install it (`pip install {command}` says why)")


def _version(python: Python, package: str) -> str:
    about = f"import importlib.metadata as m; print(m.version({package!r}))"
    return _output([python.home / "bin" / "python", "-c", about]).strip()


def _make_environment(executable: str, home: Path) -> None:
    wanted = "\n".join([(BENCHES / "requirements.txt").read_text(), *PROXIED.values(), executable])
    done = home / "made-for"
    if done.exists() and done.read_text() == wanted:
        return
    print(f"installing mod_wsgi and Flask into {home}", flush=True)
    _quietly([executable, "-m", "venv", "--clear", home], OUT)
    pip = [home / "bin" / "pip", "install", "--disable-pip-version-check"]
    _quietly([*pip, "-r", BENCHES / "requirements.txt"], OUT)
    for server in PROXIED.values():
        try:
            _quietly([*pip, server], OUT)
        except Missing as missing:
            print(f"skipped: {server} cannot be installed: {missing}", flush=True)
    done.write_text(wanted)


def _output(command: list) -> str:
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def _quietly(command: list, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=place, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Missing(f"`{' '.join(map(str, command))}` failed:\n{done.stdout[-3000:]}")
