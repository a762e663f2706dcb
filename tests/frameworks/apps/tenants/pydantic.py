import pydantic


class Order(pydantic.BaseModel):
    number: int


def use():
    assert Order.model_validate_json('{"number": "7"}').number == 7
    try:
        Order(number="x")
    except pydantic.ValidationError:
        return
    raise AssertionError("x is no number")
