import psycopg
from psycopg import pq, sql


def use():
    assert pq.version() > 0
    assert sql.SQL("select {}").format(sql.Literal("it's")).as_string(None) == "select 'it''s'"
    try:
        psycopg.connect("host=/nowhere connect_timeout=1")
    except psycopg.OperationalError:
        return
    raise AssertionError("there is no such server")
