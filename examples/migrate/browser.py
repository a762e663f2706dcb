"""A client that behaves as a browser: it keeps cookies, follows redirects, reads forms and submits them."""

import html.parser
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid


class Form:
    """A form of a page: where it leads, and what stands in its fields."""

    def __init__(self, attributes):
        self.action = attributes.get("action") or ""
        self.method = (attributes.get("method") or "get").lower()
        self.is_multipart = attributes.get("enctype") == "multipart/form-data"
        self.fields = {}
        self.buttons = {}


class _Forms(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.links = [], []
        self._area = self._select = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name = attributes.get("name")
        if tag == "a":
            self.links.append(attributes.get("href") or "")
        elif tag == "link":
            self.links.append(attributes.get("href") or "")
        elif tag == "form":
            self.forms.append(Form(attributes))
        if not self.forms:
            return
        form = self.forms[-1]
        if tag == "input" and name:
            kind = (attributes.get("type") or "text").lower()
            if kind in ("submit", "button", "image"):
                form.buttons[name] = attributes.get("value") or ""
            elif kind not in ("checkbox", "radio") or "checked" in attributes:
                form.fields[name] = attributes.get("value") or ""
        elif tag == "textarea" and name:
            self._area = name
            form.fields[name] = ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in attributes or self._select not in form.fields:
                form.fields[self._select] = attributes.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._area and self.forms:
            self.forms[-1].fields[self._area] += data


class Page:
    """What came, and from where after all redirects."""

    def __init__(self, url, status, headers, body):
        self.url, self.status, self.headers, self.body = url, status, headers, body
        self.text = body.decode("utf-8", "replace")
        parser = _Forms()
        if "html" in (headers.get("Content-Type") or ""):
            parser.feed(self.text)
        self.forms, self.links = parser.forms, parser.links

    def ok(self, *parts):
        """Itself, if its status is 200 and it has all of these parts."""
        assert self.status == 200, f"{self.url}: status {self.status}\n{self.text[:3000]}"
        for part in parts:
            assert part in self.text, f"{self.url} has no {part!r}:\n{self.text[:20000]}"
        return self

    def is_status(self, status):
        assert self.status == status, f"{self.url}: status {self.status}, not {status}\n{self.text[:2000]}"
        return self

    def form(self, field):
        """The form that has a field of this name."""
        for form in self.forms:
            if field in form.fields:
                return form
        raise AssertionError(f"{self.url} has no form with {field!r}:\n{self.text[:20000]}")

    def link(self, part):
        """The first link that has this part."""
        for link in self.links:
            if part in link:
                return link
        raise AssertionError(f"{self.url} has no link with {part!r}: {self.links}")

    def json(self):
        return json.loads(self.ok().text)


class Browser:
    """A browser without a window. `steps` counts what all of them have asked for."""

    steps = 0

    def __init__(self, base):
        self.base = base
        self.cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=None))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self._page = base
        self._headers = {"User-Agent": "Mozilla/5.0 (visitor of the examples)"}

    def log_in(self, user, password):
        """Sends name and password with every request (HTTP Basic)."""
        import base64

        word = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers["Authorization"] = f"Basic {word}"

    def url(self, target):
        url = urllib.parse.urljoin(self._page, target)
        assert url.startswith(self.base), f"a link that leads elsewhere: {url}"
        return url

    def request(self, method, target, body=None, headers=None):
        url = self.url(target)
        request = urllib.request.Request(url, body, self._headers | (headers or {}), method=method)
        Browser.steps += 1
        try:
            answer = self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            page = Page(answer.url, answer.status, answer.headers, answer.read())
        return page

    def open(self, target):
        page = self.request("GET", target)
        self._page = page.url
        return page

    def submit(self, page, form, fields=None, button=None):
        """Submits a form of a page with these fields changed."""
        values = form.fields | (fields or {})
        if button:
            values[button] = form.buttons.get(button, "")
        self._page = page.url
        headers = {"Referer": page.url, "Origin": "/".join(page.url.split("/")[:3])}
        if form.method == "get":
            target = urllib.parse.urljoin(page.url, form.action)
            return self.open(target.split("?")[0] + "?" + urllib.parse.urlencode(values))
        if form.is_multipart:
            mark = uuid.uuid4().hex
            headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
            body = b"".join(_part(mark, name, value) for name, value in values.items())
            body += f"--{mark}--\r\n".encode()
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(values).encode()
        page = self.request("POST", form.action or page.url, body, headers)
        self._page = page.url
        return page


def _part(mark, name, value):
    """A field, or a file: (name of the file, its bytes)."""
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'
    if isinstance(value, tuple):
        head += f'; filename="{value[0]}"\r\nContent-Type: application/octet-stream'
        return head.encode() + b"\r\n\r\n" + value[1] + b"\r\n"
    return f"{head}\r\n\r\n{value}\r\n".encode()
