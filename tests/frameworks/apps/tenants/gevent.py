import gevent
import gevent.monkey  # noqa: F401
import gevent.pool


def use():
    assert gevent.pool.Pool(4).map(lambda number: number * 2, range(5)) == [0, 2, 4, 6, 8]
