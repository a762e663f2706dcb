"""Reads, logs in, writes a page, finds it again, looks at its history; a stranger may read only."""


def visit(browser, stranger):
    page = browser.open("/+login").ok()
    browser.open(page.link("/static/css/common.css")).ok()
    browser.open("/Kitchen").is_status(404)
    browser.open("/+modify/Kitchen").is_status(403)
    page = browser.open("/+login")
    wrong = browser.submit(page, page.form("login_username"), {"login_username": "Zoe", "login_password": "guessed"})
    assert "+logout" not in wrong.text
    page = browser.submit(wrong, wrong.form("login_username"), {"login_username": "Zoe", "login_password": "kept-secret-77"})
    assert page.status in (200, 404) and "+logout" in page.text, page.text
    page = browser.open("/+modify/Kitchen?itemtype=default&contenttype=text%2Fx.moin.wiki%3Bcharset%3Dutf-8").ok()
    name = next(name for name in page.forms[-1].fields if name.endswith("data_text"))
    fields = {name: "= Küche =\nTea & '''cake''' <3\n"}
    page = browser.submit(page, page.form(name), fields)
    page.ok("Küche", "<strong>cake</strong>", "Tea &amp; ")
    stranger().open("/Kitchen").ok("Küche")
    browser.open("/+history/Kitchen").ok("Zoe")
    browser.open("/+index/").ok("Kitchen")
    page = browser.open("/+logout")
    browser.open("/+modify/Kitchen").is_status(403)
