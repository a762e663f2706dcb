"""What is compared: the floor in C, mod_wsgi from PyPI and Clutch, each made ready for one Python."""

import json
import subprocess
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Target:
    """One module that answers the workloads."""

    name: str
    version: str
    load: str
    """What loads the module; with `mount`, all of the configuration in which targets differ."""
    python: Python | None

    def mount(self, workload: str) -> str:
        """The configuration line that gives the workload's path to this module."""
        if self.python is None:
            return f"<Location /{workload}>\nSetHandler floor-{workload}\n</Location>"
        return f"WSGIScriptAlias /{workload} {BENCHES}/apps/{workload}.wsgi"


def floor(httpd: Httpd, _python: Python, _artifacts: Path) -> Target:
    """Compiles the handler in C with apxs."""
    source, place = BENCHES / "floor" / "mod_floor.c", OUT / "floor"
    module = place / ".libs" / "mod_floor.so"
    if not module.exists() or module.stat().st_mtime < source.stat().st_mtime:
        place.mkdir(parents=True, exist_ok=True)
        (place / source.name).write_bytes(source.read_bytes())
        _quietly([httpd.apxs, "-c", source.name], place)
    return Target("floor", "C", f"LoadModule floor_module {module}", None)


def mod_wsgi(_httpd: Httpd, python: Python, _artifacts: Path) -> Target:
    """Finds the module that pip compiled into the virtual environment."""
    module = _output([python.home / "bin" / "mod_wsgi-express", "module-location"]).strip()
    about = "import importlib.metadata as m; print(m.version('mod_wsgi'))"
    version = _output([python.home / "bin" / "python", "-c", about]).strip()
    return Target("mod_wsgi", version, f"LoadModule wsgi_module {module}", python)


def clutch(_httpd: Httpd, python: Python, artifacts: Path) -> Target:
    """Finds our module, and beside it the engine for this Python."""
    module, engine = artifacts / "mod_clutch.so", artifacts / f"libclutch_engine-{python.tag}.so"
    for file in (module, engine):
        if not file.exists():
            raise Missing(f"{file} is not there; run `make build` for Python {python.version} first")
    return Target("clutch", "this tree", f"LoadModule wsgi_module {module}\nClutchEngine {engine}", python)


TARGETS = {"floor": floor, "mod_wsgi": mod_wsgi, "clutch": clutch}


def _make_environment(executable: str, home: Path) -> None:
    wanted = (BENCHES / "requirements.txt").read_text() + executable
    done = home / "made-for"
    if done.exists() and done.read_text() == wanted:
        return
    print(f"installing mod_wsgi and Flask into {home}", flush=True)
    _quietly([executable, "-m", "venv", "--clear", home], OUT)
    _quietly([home / "bin" / "pip", "install", "--disable-pip-version-check", "-r", BENCHES / "requirements.txt"], OUT)
    done.write_text(wanted)


def _output(command: list) -> str:
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def _quietly(command: list, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=place, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Missing(f"`{' '.join(map(str, command))}` failed:\n{done.stdout[-3000:]}")
