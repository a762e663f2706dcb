"""Logs in by httpd's password, opens a ticket with an attachment, comments, closes it, writes a wiki page."""

import os


def visit(browser, stranger):
    page = browser.open("/trac").ok("Example project", "Welcome to Trac")
    browser.open(page.link("/trac/chrome/common/css/trac.css")).ok()
    browser.open("/trac/login").is_status(401)
    browser.open("/trac/admin").is_status(404)  # whoever may not administrate sees none of it
    keeper = stranger()
    keeper.log_in("zoe", "kept-secret")
    page = keeper.open("/trac/login").ok("logged in as")
    del keeper._headers["Authorization"]  # Trac's own cookie is enough from here on
    page = keeper.open("/trac/newticket").ok("Create New Ticket")
    fields = {"field_summary": "Füße & <tags>", "field_description": "{{{\nline\n}}}", "field_reporter": "zoe"}
    page = keeper.submit(page, page.form("field_summary"), fields, "submit")
    page.ok("#1", "Füße &amp; &lt;tags&gt;", "(new")
    assert page.url.endswith("/trac/ticket/1"), page.url
    page = keeper.open("/trac/attachment/ticket/1/?action=new").ok()
    content = os.urandom(200_000)
    form = next(form for form in page.forms if form.is_multipart)
    page = keeper.submit(page, form, {"attachment": ("noise.bin", content), "description": "noise"})
    page.ok("noise.bin")
    assert keeper.open("/trac/raw-attachment/ticket/1/noise.bin").ok().body == content
    page = keeper.open("/trac/ticket/1").ok()
    form = page.form("comment")
    page = keeper.submit(page, form, {"comment": "It is '''done'''.", "action": "resolve"}, "submit")
    page.ok("closed", "<strong>done</strong>")
    page = keeper.open("/trac/wiki/Kitchen?action=edit").ok()
    page = keeper.submit(page, page.form("text"), {"text": "= Küche =\nSee #1."}, "save")
    page.ok("Küche", "/trac/ticket/1")
    browser.open("/trac/wiki/Kitchen").ok("Küche")
    forged = keeper.request("POST", "/trac/newticket", b"field_summary=forged&submit=1")
    assert forged.status in (400, 403), forged.status
    browser.open("/trac/query?status=closed").ok("Füße")
    browser.open("/trac/ticket/77").is_status(404)
