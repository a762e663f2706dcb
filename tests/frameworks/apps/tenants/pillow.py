import io

from PIL import Image


def use():
    file = io.BytesIO()
    Image.new("RGB", (20, 10), "red").resize((10, 5)).save(file, "PNG")
    assert Image.open(io.BytesIO(file.getvalue())).getpixel((3, 3)) == (255, 0, 0)
