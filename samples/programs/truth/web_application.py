"""A WSGI application called without a network: middleware around a router around views, as frameworks do it."""
import functools
import hashlib
import http.cookies
import io
import json
import re
import urllib.parse
import wsgiref.headers
import wsgiref.util
import wsgiref.validate


class Request:
    def __init__(self, environ):
        self.environ = environ

    @functools.cached_property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.environ["QUERY_STRING"]))

    @functools.cached_property
    def cookies(self):
        return {name: m.value for name, m in http.cookies.SimpleCookie(self.environ.get("HTTP_COOKIE", "")).items()}


class Router:
    def __init__(self):
        self.routes = []

    def route(self, pattern):
        def register(view):
            self.routes.append((re.compile("^" + re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", pattern) + "$"), view))
            return view
        return register

    def __call__(self, environ, start_response):
        request = Request(environ)
        for pattern, view in self.routes:
            match = pattern.match(environ["PATH_INFO"])
            if match:
                return self.respond(start_response, "200 OK", view(request, **match.groupdict()))
        return self.respond(start_response, "404 Not Found", {"error": wsgiref.util.request_uri(environ)})

    def respond(self, start_response, status, data):
        body = json.dumps(data, sort_keys=True, indent=1).encode()
        headers = wsgiref.headers.Headers([("Content-Type", "application/json")])
        headers.add_header("Content-Length", str(len(body)))
        start_response(status, headers.items())
        return [body]


def session(app):
    def middleware(environ, start_response):
        user = Request(environ).cookies.get("user", "guest")
        environ["session"] = hashlib.sha256(user.encode()).hexdigest()[:8]
        return app(environ, start_response)
    return middleware


def timing(app):
    def middleware(environ, start_response):
        def started(status, headers, exc_info=None):
            return start_response(status, headers + [("X-Path", environ["PATH_INFO"])], exc_info)
        return app(environ, started)
    return middleware


router = Router()


@router.route("/item/<number>")
def item(request, number):
    return {"item": int(number), "session": request.environ["session"], **details(int(number))}


@router.route("/list")
def listing(request):
    return [details(n) for n in range(int(request.query.get("count", 3)))]


def details(number):
    return {"name": urllib.parse.quote(f"item {number}/ü"), "parts": [details(number // 3)] if number else []}


def get(app, url, cookie=""):
    path, _, query = url.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "", "HTTP_COOKIE": cookie, "wsgi.input": io.BytesIO()}
    wsgiref.util.setup_testing_defaults(environ)
    seen = []
    result = app(environ, lambda status, headers, exc_info=None: seen.append(status) or seen.append)
    body = b"".join(result)
    result.close()
    return seen[0], len(body)


def main():
    app = wsgiref.validate.validator(timing(session(router)))
    for n in range(40):
        answers = get(app, f"/item/{n}", f"user=u{n % 4}; theme=dark"), get(app, f"/list?count={n}&sort=name"), get(app, "/nowhere")
    print(answers)


main()
