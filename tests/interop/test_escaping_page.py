"""Names that would like to be markup, in a browser: nothing of them runs, loads or is reported."""
import base64
import hashlib
import http.server
import json
import re
import sys
import threading

import pytest

import clients
import lib
from clients import needs

sys.path.insert(0, str(lib.ROOT / "tests/escaping"))
import inputs  # noqa: E402
import parsers  # noqa: E402
from names import BIDI, HOSTILE, text_of, xml_text  # noqa: E402

pytestmark = needs("node", "playwright-core", "chromium", "cmark-gfm")
NONE = "default-src 'none'; style-src 'unsafe-inline'"


@pytest.fixture
def serve():
    """serve({path: (type, policy, data)}) -> the address."""
    servers = []

    def start(pages):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, policy, data = pages.get(self.path, ("text/plain", "", b""))
                # a browser asks for an icon by itself
                self.send_response(200 if self.path in pages else 204 if self.path == "/favicon.ico" else 404)
                self.send_header("Content-Type", kind + "; charset=utf-8")
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"
    yield start
    for server in servers:
        server.shutdown()


def visit(tasks):
    env = {"NODE_PATH": str(clients.HOME / "node_modules"), "CHROMIUM": str(clients.find("chromium"))}
    return clients.report("node", clients.HERE / "escaping_page.js", input=json.dumps(tasks).encode(), env=env)


def stacked(names):
    """Towers of 50 names: each is wide enough to be drawn; name and file are the same."""
    frames = [{"name": "main"}] + [inputs.frame(name, name) for name in names]
    towers = [[0, *range(i, min(i + 50, len(frames)))] for i in range(1, len(frames), 50)]
    return inputs.speedscope([inputs.sampled(towers, [10] * len(towers))], frames)


def flame(profile, *options):
    return lib.run("speedscope2flamegraph", "-q", *options, input=profile)[0]


def policy_of(svg):
    script = parsers.picture(svg).find(f".//{parsers.SVG}script").text
    return f"{NONE}; script-src 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


WORDS = ["<b>", "</script><script>window.canary=1</script>", '" onclick="window.canary=1', "javascript:window.canary=1", "\\u{202e}", "((", "\u202e"]


def test_the_trap_is_sharp(serve):
    """What runs, loads or is blocked is seen."""
    page = b"<p>x</p><img src=/x onerror=\"window.canary=1\"><script>window.canary=1;alert(1)</script>"
    address = serve({"/open": ("text/html", "", page), "/closed": ("text/html", NONE, page)})
    free, held = visit([{"url": address + "/open"}, {"url": address + "/closed"}])
    assert {"a script ran: 1", "dialog 1", f"asked for {address}/x"} <= set(free["wrong"])
    assert any(w.startswith("script-src") for w in held["wrong"]) and any(w.startswith("img-src") for w in held["wrong"])


def test_flame_graphs(serve):
    # a stack of blanks, one of NUL: all names are there
    names = [name for name in HOSTILE if len(name) < 500]
    many = inputs.value_types(names[:60]), inputs.value_types(names[-60:]), inputs.threads(names)
    pictures = [flame(stacked(names)), flame(stacked(names), "--reverse", "--colors", "java"), *map(flame, many)]
    pages = {f"/{i}.svg": ("image/svg+xml", policy_of(svg), svg) for i, svg in enumerate(pictures)}
    address = serve(pages)
    results = visit([{"url": address + path, "tour": True, "words": WORDS} for path in pages])
    for result in results:
        assert result["wrong"] == []
        for text in result["shown"]:
            assert not {c for c in text if ord(c) in BIDI}, ascii(text)
    everything = "\n".join(results[0]["shown"])
    # line ends in what is drawn are blanks, in tooltips they are line ends
    missing = [name for name in names if xml_text(name) not in everything and xml_text(name).replace("\n", " ").replace("\r", " ") not in everything]
    assert not missing, missing[:5]


def test_options_are_texts_too(serve):
    word = '"></title><script>window.canary=1</script><img src=x onerror=window.canary=1>\u202e]]>'
    options = [option for key in ("title", "subtitle", "notes", "font", "countname", "nametype") for option in (f"--{key}", word)]
    svg = flame(stacked(HOSTILE[:20]), *options)
    address = serve({"/x.svg": ("image/svg+xml", policy_of(svg), svg)})
    (result,) = visit([{"url": address + "/x.svg", "tour": True, "words": [word]}])
    assert result["wrong"] == []


def test_a_page_that_may_have_no_worker(serve):
    """A policy may refuse it: expressions that may take long are not searched, and that is said."""
    svg = flame(stacked([b"read", b"lex"]))
    address = serve({"/held.svg": ("image/svg+xml", policy_of(svg), svg), "/free.svg": ("image/svg+xml", policy_of(svg) + "; worker-src blob:", svg)})
    held, free, simple = visit([{"url": address + "/held.svg", "expression": "(re)+ad"}, {"url": address + "/free.svg", "expression": "(re)+ad"},
                                {"url": address + "/held.svg", "expression": "^read|zz"}])
    assert any("may have no worker" in text for text in held["shown"])
    for one in free, simple:
        assert any(re.search("^matched .*1 function", text) for text in one["shown"])
    assert simple["wrong"] == [] and all(word.startswith(("asked for blob:",)) for word in free["wrong"])


def test_markdown(serve, tmp_path):
    """Rendered without any filter; without a policy all that could run would, with one it would be reported."""
    sides = [tmp_path / "base", tmp_path / "new"]
    for path, scale in zip(sides, (1, 3)):
        path.write_bytes(inputs.functions(scale=scale))
    gate = "--kind", "counts", "--compare", "values", "--min-share", "0", "--fail-if", "self > 5%"
    reports = [lib.run("profdiff", "-q", "-n", "0", *gate, "--format", "markdown", *sides, status=1)[0],
               lib.run("proftop", "-q", "-n", "0", "--format", "markdown", sides[0])[0]]
    pages = {f"/{i}{policy[:3]}": ("text/html", policy, b"<!DOCTYPE html><title>x</title>" + parsers.render(report))
             for i, report in enumerate(reports) for policy in ("", NONE)}
    address = serve(pages)
    for result in visit([{"url": address + path} for path in pages]):
        assert result["wrong"] == [] and len(result["shown"]) > 1000
        assert any(text_of(b"<script>alert(1)</script>") in text for text in result["shown"])
        assert not {c for text in result["shown"] for c in text if ord(c) in BIDI}
