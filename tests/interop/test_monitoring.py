"""Metrics opened by Prometheus, its tools and its Python client; frames by Grafana's flame graph; the page's alert."""
import json
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import clients
import lib
from formats import stacks_by_hand

GRAFANA = clients.HOME / "grafana"
PYTHON = clients.HOME / "prometheus/bin/python"
SAMPLES = {"pstat": "pstat2openmetrics", "speedscope": "speedscope2openmetrics", "collapsed": "collapsed2openmetrics"}


def metrics(name, *options):
    return lib.run(SAMPLES[name], "-q", *options, lib.smallest(name).path)[0]


def hostile():
    names = ['a"b', "back\\slash", "é 漢", "<script>", "\x1b[31m", "{}", "#", "x\ty"]
    return lib.run("collapsed2openmetrics", "-q", input="".join(f"{name} {at + 1}\n" for at, name in enumerate(names)).encode())[0]


def documents():
    return {**{name: metrics(name, "--label", f"profile={name}") for name in SAMPLES}, "hostile": hostile()}


def numbers(text):
    """{(metric, labels): number}"""
    found = {}
    for line in text.decode().splitlines():
        if not line.startswith("#"):
            name, labels, number = re.fullmatch(r'(\w+)\{(.*)\} (\S+)', line).groups()
            pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)
            labels = frozenset((key, re.sub(r"\\(.)", r"\1", value)) for key, value in pairs if value)  # an empty label is none
            found[name, labels] = float(number)
    return found


# --- parsers ---

@clients.needs("promtool")
@pytest.mark.parametrize("name, text", documents().items(), ids=documents())
def test_promtool(name, text):
    done = clients.call("promtool", "check", "metrics", input=text)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("module", ["prometheus_client.parser", "prometheus_client.openmetrics.parser"])
def test_the_python_client(module):
    if not PYTHON.exists():
        pytest.skip("prometheus_client could not be installed")
    script = (f"import json, sys; from {module} import text_string_to_metric_families as parse\n"
              "print(json.dumps([[s.name, s.labels, s.value] for f in parse(sys.stdin.read()) for s in f.samples]))")
    for text in documents().values():
        found = {(name, frozenset((key, value) for key, value in labels.items() if value)): number
                 for name, labels, number in json.loads(clients.output(PYTHON, "-c", script, input=text))}
        assert found == numbers(text)


# --- servers ---

def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def fetched(url, wait=20):
    """The body, as soon as the server answers."""
    end = time.monotonic() + wait
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@clients.needs("prometheus-node-exporter")
def test_the_textfile_collector(tmp_path):
    port, folder = free_port(), tmp_path / "textfile"
    folder.mkdir()
    for name in SAMPLES:
        lib.run(SAMPLES[name], "-q", "--label", f"profile={name}", "-o", folder / f"{name}.prom", lib.smallest(name).path)
    with subprocess.Popen(["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}", "--collector.disable-defaults",
                           "--collector.textfile", f"--collector.textfile.directory={folder}"], stderr=subprocess.PIPE) as server:
        try:
            page = fetched(f"http://127.0.0.1:{port}/metrics")
        finally:
            server.terminate()
        said = server.stderr.read().decode()
    lines = [line for line in page.splitlines() if line.startswith((b"profpipe_", b"node_textfile_scrape_error"))]
    assert b"node_textfile_scrape_error 0" in lines and "level=error" not in said
    served = numbers(b"\n".join(line for line in lines if b"{" in line))
    wanted = {key: value for name in SAMPLES for key, value in numbers((folder / f"{name}.prom").read_bytes()).items()}
    assert served == wanted


class Exporter(BaseHTTPRequestHandler):
    """What is scraped: the documents below each other are one, as OpenMetrics."""
    text = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.text)

    def log_message(self, *_):
        pass


def page_rules():
    page = (lib.ROOT / "man/profpipe-monitoring.7").read_text()
    return re.search(r"^\$ echo '(groups:.*?)' > profile\.rules\.yml$", page, re.M | re.S)[1] + "\n"


@clients.needs("prometheus", "promtool")
def test_prometheus_scrapes_and_the_pages_alert_fires(tmp_path):
    rules, port = tmp_path / "profile.rules.yml", free_port()
    rules.write_text(page_rules())
    assert clients.call("promtool", "check", "rules", rules).returncode == 0
    Exporter.text = lib.run("collapsed2openmetrics", "-q", "--label", "profile=nightly", input=b"main;hot 30\nmain;cold 20\nmain 50\n")[0]
    rules.write_text(page_rules().replace("_seconds", ""))  # these are samples
    exporter = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    (tmp_path / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs: [{{job_name: profile, static_configs: [{{targets: ["127.0.0.1:{exporter.server_port}"]}}], metrics_path: /}}]
""")

    def query(text):
        answer = fetched(f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": text}))
        return json.loads(answer)["data"]["result"]

    with subprocess.Popen(["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
                           f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL) as server:
        try:
            fetched(f"http://127.0.0.1:{port}/-/ready")
            end = time.monotonic() + 30
            while time.monotonic() < end and not (alerts := query('ALERTS{alertname="FunctionIsHot"}')):
                time.sleep(0.2)
            series = query('{__name__=~"profpipe_.*"}')
        finally:
            server.terminate()
            exporter.shutdown()
    assert {(row["metric"]["function"], row["metric"]["profile"], row["metric"]["alertstate"]) for row in alerts} == {
        ("main", "nightly", "pending"), ("hot", "nightly", "pending")}
    found = {(row["metric"].pop("__name__"), frozenset((k, v) for k, v in row["metric"].items() if k not in ("instance", "job"))): float(row["value"][1])
             for row in series}
    assert found == numbers(Exporter.text)


# --- Grafana ---

def panel(*files):
    if not (GRAFANA / "flamegraph").is_dir():
        pytest.skip("@grafana/flamegraph could not be installed")
    return json.loads(clients.output("node", clients.HERE / "grafana_frames.js", GRAFANA, *files))


def test_the_flame_graph_panel(tmp_path):
    every = [stacks_by_hand.stacks(seed) for seed in range(5)]
    files = [tmp_path / f"{at}.grafana.json" for at in range(len(every))]
    for counts, file in zip(every, files):
        lib.run("collapsed2grafana", "-q", "-o", file, input=stacks_by_hand.folded(counts))
    times = tmp_path / "time.grafana.json"
    lib.run("pstat2grafana", "-q", "-o", times, lib.smallest("pstat").path)
    *shown, time_frame = panel(*files, times)
    for counts, frame in zip(every, shown):
        assert frame["roots"] == 1 and {tuple(path): (value, own) for path, value, own, _ in frame["rows"]} == stacks_by_hand.contexts(counts)
    total = Decimal(clients.check(lib.smallest("pstat").path)["value_types"][0]["self_total"])
    assert time_frame["unit"] == "ns" and sum(own for _, _, own, _ in time_frame["rows"]) == total


def test_a_difference_in_the_panel(tmp_path):
    base, new = stacks_by_hand.stacks(1), stacks_by_hand.stacks(2)
    for name, counts in (("base", base), ("new", new)):
        (tmp_path / name).write_bytes(stacks_by_hand.folded(counts))
    lib.run("profdiff", "-q", "-t", "grafana", "-o", tmp_path / "d.json", tmp_path / "base", tmp_path / "new")
    frame, = panel(tmp_path / "d.json")
    left, right = stacks_by_hand.contexts(base), stacks_by_hand.contexts(new)
    assert {tuple(path): (value, other) for path, value, _, other in frame["rows"]} == {
        path: (left.get(path, (0, 0))[0], right.get(path, (0, 0))[0]) for path in {*left, *right}}
