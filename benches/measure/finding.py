"""A table of the pool's measurements, with the figures it was made of; and the configurations that are compared."""

from dataclasses import dataclass, replace

from .targets import Target


@dataclass
class Finding:
    """One measurement."""

    title: str
    head: list[str]
    rows: list[list[str]]
    raw: dict
    others_cores: float = 0.0
    """Cores that neither the server nor the load used."""


def configured(target: Target, name: str, *lines: str) -> Target:
    """The target under another name, with more lines of configuration."""
    return replace(target, name=name, load="\n".join([target.load, "WSGISocketPrefix ${SERVER_ROOT}/wsgi", *lines]))
