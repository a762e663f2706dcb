"""What was measured as Markdown tables and as JSON; the ratios are formed within a round."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from .callgrind import Count
from .load import Sample
from .targets import TARGETS
from .workloads import WORKLOADS

BASE = "mod_wsgi"
"""The target that the others are divided by."""


@dataclass
class Results:
    """Everything that one run of the benchmark found out."""

    setting: dict
    instructions: dict[str, dict[str, Count]] = field(default_factory=dict)
    """Workload, then target."""
    load: dict[str, dict[str, list[Sample]]] = field(default_factory=dict)

    def complete(self) -> bool:
        """Whether every target was measured with every workload for every figure."""
        return all(
            figure.keys() == WORKLOADS.keys() and all(row.keys() == TARGETS.keys() for row in figure.values())
            for figure in (self.instructions, self.load)
        )

    def as_json(self) -> str:
        return json.dumps({
            "setting": self.setting,
            "instructions": {
                workload: {target: count.as_json() for target, count in counts.items()}
                for workload, counts in self.instructions.items()
            },
            "load": {
                workload: {target: [sample.as_json() for sample in samples] for target, samples in targets.items()}
                for workload, targets in self.load.items()
            },
        }, indent=1)

    def as_markdown(self) -> str:
        parts = [_setting(self.setting)]
        if self.instructions:
            parts += ["### Instructions in user space per request", _instructions(self.instructions)]
        if self.load:
            parts += ["### CPU of the server per request, µs", _figure(self.load, "cpu_us", "{:,.0f}")]
            parts += ["### Requests per second, one core for the server", _figure(self.load, "rate", "{:,.0f}")]
        return "\n\n".join(parts) + "\n"


def _setting(setting: dict) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in setting.items())


def _instructions(counts: dict[str, dict[str, Count]]) -> str:
    targets = list(dict.fromkeys(target for row in counts.values() for target in row))
    head = ["workload", *targets, *(f"{target} ÷ {BASE}" for target in _divided(targets)), "repeats within"]
    rows = []
    for workload, row in counts.items():
        shown = [_rounded(row[target].median) for target in targets]
        ratios = [f"{row[target].median / row[BASE].median:.2f}" for target in _divided(targets)]
        spread = max((count.most - count.least) / count.median for count in row.values())
        repeats = f"{spread:.1%}" if spread else "not repeated"
        rows.append([f"`{workload}` {WORKLOADS[workload].summary}", *shown, *ratios, repeats])
    return _table(head, rows)


def _figure(load: dict[str, dict[str, list[Sample]]], name: str, form: str) -> str:
    targets = list(dict.fromkeys(target for row in load.values() for target in row))
    head = ["workload", *targets, *(f"{target} ÷ {BASE}" for target in _divided(targets)), "others' cores"]
    rows = []
    for workload, row in load.items():
        values = {target: [getattr(sample, name) for sample in samples] for target, samples in row.items()}
        ratios = [
            _range([mine / base for mine, base in zip(values[target], values[BASE])], "{:.2f}")
            for target in _divided(targets)
        ]
        others = statistics.median(sample.others_cores for samples in row.values() for sample in samples)
        shown = [_range(values[target], form) for target in targets]
        rows.append([f"`{workload}`", *shown, *ratios, f"{others:.1f}"])
    return _table(head, rows)


def _divided(targets: list[str]) -> list[str]:
    return [target for target in targets if target != BASE] if BASE in targets else []


def _range(values: list[float], form: str) -> str:
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{form.format(middle)} ({form.format(least)}–{form.format(most)})"


def _rounded(count: float) -> str:
    return f"{round(count, -2):,.0f}"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
