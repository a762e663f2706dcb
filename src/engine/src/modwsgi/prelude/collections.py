"""What the garbage collector of this interpreter does, for who reports it."""

import gc
from _collections import deque
from time import perf_counter, time

# Most collections that are remembered, and most that are told at once.
MOST_NOTED, MOST_TOLD = 256, 64

noted = deque()


def note_collections():
    """From now on collections are noted."""
    begun = None

    def note(phase, info):
        nonlocal begun
        if phase == "start":
            begun = time(), perf_counter()
        elif begun is not None:
            if len(noted) >= MOST_NOTED:
                noted.popleft()
                lost_collections[0] += 1
            noted.append((begun[0], perf_counter() - begun[1],
                          info["generation"], info["collected"], info["uncollectable"]))

    gc.callbacks.append(note)


lost_collections = [0]


def collections():
    """What there is to tell, as lines of numbers: how the collector is, and the collections since this was asked last."""
    stats = (gc.get_stats() + [{}] * 3)[:3]
    of_stats = [one.get(name, 0) for name in ("collections", "collected", "uncollectable") for one in stats]
    state = [*gc.get_count(), *gc.get_threshold(), *of_stats, int(gc.isenabled()), gc.get_freeze_count(), lost_collections[0]]
    lines = [state]
    while noted and len(lines) <= MOST_TOLD:
        lines.append(noted.popleft())
    return "\n".join(" ".join(map(repr, line)) for line in lines)
