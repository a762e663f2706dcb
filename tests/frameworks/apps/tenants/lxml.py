from lxml import etree


def use():
    assert etree.fromstring("<a><b>1</b><b>2</b></a>").xpath("//b[2]/text()") == ["2"]
