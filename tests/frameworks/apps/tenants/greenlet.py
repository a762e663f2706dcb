from greenlet import getcurrent, greenlet


def use():
    outer = getcurrent()
    inner = greenlet(lambda number: outer.switch(number + 1) + 1)
    assert inner.switch(1) == 2
    assert inner.switch(5) == 6
