import numpy


def use():
    table = numpy.arange(6.0).reshape(2, 3)
    assert (table @ table.T).sum() == 83
