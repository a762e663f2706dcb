import pandas


def use():
    frame = pandas.DataFrame({"kind": ["a", "b", "a"], "number": [1, 2, 3]})
    assert frame.groupby("kind").number.sum().to_dict() == {"a": 4, "b": 2}
