"""Writes into the guest book, and clears it with a password; a form without its token is refused."""


def visit(browser, stranger):
    page = browser.open("/myapp/").ok("Visit 1")
    page = browser.submit(page, page.form("text"), {"text": "Grüße & <3"})
    page.ok("Thank you.", "Visit 2", "<li>Grüße &amp; &lt;3</li>")
    forged = browser.request("POST", "/myapp/write", b"text=forged")
    forged.is_status(400)
    stranger().open("/myapp/").ok("Visit 1", "Grüße")
    browser.request("DELETE", "/myapp/clear").is_status(401)
    browser.log_in("keeper", "kept-secret")
    browser.request("DELETE", "/myapp/clear").ok("cleared by keeper")
    assert "Grüße" not in browser.open("/myapp/").ok("Visit 3").text
