import hashlib

import web


class Page:
    def GET(self):
        seen = "again" if web.cookies().get("seen") == "yes" else "new"
        web.header("Content-Type", "text/html; charset=utf-8")
        return f"<h1>Hello from web.py</h1><p>{seen}</p><a href='{web.ctx.homepath}/go'>go</a>"


class Go:
    def GET(self):
        web.setcookie("seen", "yes")
        raise web.seeother("/")


class Form:
    def POST(self):
        return "Hello, " + web.input().name


class File:
    def POST(self):
        upload = web.input(file={}).file
        data = upload.file.read()
        return f"{upload.filename} {len(data)} {hashlib.sha256(data).hexdigest()}"


urls = ("/", "Page", "/go", "Go", "/form", "Form", "/file", "File")
web.config.debug = False  # its reloader and its error page are for its own server
application = web.application(urls, globals()).wsgifunc()
