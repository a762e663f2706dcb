"""Does what a calendar program does: makes a calendar, puts an event, finds it, changes it, deletes it."""

EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//visit//EN\r
BEGIN:VEVENT\r
UID:tea-1\r
DTSTAMP:20260101T000000Z\r
DTSTART:20260105T150000Z\r
DTEND:20260105T160000Z\r
SUMMARY:{}\r
END:VEVENT\r
END:VCALENDAR\r
"""

QUERY = b"""<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="20260101T000000Z" end="20260201T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""

HERE = "/radicale/zoe/calendar/"


def visit(browser, stranger):
    page = browser.request("PROPFIND", "/radicale/zoe/", b"", {"Depth": "0"})
    page.is_status(401)
    assert page.headers["WWW-Authenticate"].startswith("Basic")
    browser.log_in("zoe", "kept-secret")
    browser.request("OPTIONS", "/radicale/").is_status(200)
    browser.request("MKCALENDAR", HERE).is_status(201)
    kind = {"Content-Type": "text/calendar; charset=utf-8"}
    page = browser.request("PUT", HERE + "tea.ics", EVENT.format("Tea für zwei").encode(), kind)
    page.is_status(201)
    tag = page.headers["ETag"]
    browser.request("PUT", HERE + "tea.ics", EVENT.format("x").encode(), kind | {"If-None-Match": "*"}).is_status(412)
    page = browser.request("REPORT", HERE, QUERY, {"Depth": "1", "Content-Type": "application/xml"}).is_status(207)
    assert "Tea für zwei" in page.text and HERE + "tea.ics" in page.text, page.text
    again = browser.request("PUT", HERE + "tea.ics", EVENT.format("Tea for two").encode(), kind | {"If-Match": tag})
    assert again.status in (201, 204), again.status
    browser.request("GET", HERE + "tea.ics").ok("Tea for two")
    page = browser.request("PROPFIND", HERE, b"", {"Depth": "1"}).is_status(207)
    assert "tea.ics" in page.text
    outside = stranger()
    outside.log_in("zoe", "guessed")
    outside.request("GET", HERE + "tea.ics").is_status(401)
    browser.request("DELETE", HERE + "tea.ics").is_status(200)
    browser.request("GET", HERE + "tea.ics").is_status(404)
    browser.open("/radicale/.web/").ok("Radicale")
