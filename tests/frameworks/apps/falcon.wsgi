import hashlib

import falcon


class Page:
    def on_get(self, request, response):
        seen = "again" if request.cookies.get("seen") == "yes" else "new"
        response.content_type = falcon.MEDIA_HTML
        response.text = f"<h1>Hello from Falcon</h1><p>{seen}</p><a href='{request.root_path}/go'>go</a>"


class Go:
    def on_get(self, request, response):
        response.set_cookie("seen", "yes", secure=False)
        raise falcon.HTTPFound(request.prefix + "/")


class Form:
    def on_post(self, request, response):
        response.text = "Hello, " + request.get_media()["name"]


class File:
    def on_post(self, request, response):
        for part in request.get_media():
            if part.name == "file":
                data = part.stream.read()
                response.text = f"{part.filename} {len(data)} {hashlib.sha256(data).hexdigest()}"


application = falcon.App()
application.add_route("/", Page())
application.add_route("/go", Go())
application.add_route("/form", Form())
application.add_route("/file", File())
