import hashlib

import cherrypy


class Site:
    @cherrypy.expose
    def index(self):
        cookie = cherrypy.request.cookie.get("seen")
        seen = "again" if cookie is not None and cookie.value == "yes" else "new"
        return f"<h1>Hello from CherryPy</h1><p>{seen}</p><a href='{cherrypy.url('/go')}'>go</a>"

    @cherrypy.expose
    def go(self):
        cherrypy.response.cookie["seen"] = "yes"
        raise cherrypy.HTTPRedirect(cherrypy.url("/"))

    @cherrypy.expose
    def form(self, name, **others):
        return "Hello, " + name

    @cherrypy.expose
    def file(self, file, **others):
        data = file.file.read()
        return f"{file.filename} {len(data)} {hashlib.sha256(data).hexdigest()}"


# The server is Apache: CherryPy must not start its own, nor write to a terminal.
cherrypy.config.update({"environment": "embedded", "log.screen": False})

# No mount point: it is whatever the request's SCRIPT_NAME says.
application = cherrypy.Application(Site(), script_name=None)
