def application(environ, start_response):
    for _ in range(int(environ["QUERY_STRING"])):
        pass
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"done\n"]
