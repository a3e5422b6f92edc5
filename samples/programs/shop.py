"""A small shop whose requests are traced: now and then a cart is counted again from all orders, which has no index.

	python shop.py OUTPUT: the spans of 120 requests as the body of POST /v1/traces (opentelemetry-sdk, opentelemetry-exporter-otlp-proto-common)
"""
import random
import sqlite3
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

memory = InMemorySpanExporter()
provider = TracerProvider(resource=Resource({"service.name": "shop"}))
provider.add_span_processor(SimpleSpanProcessor(memory))
tracer = trace.get_tracer("shop", tracer_provider=provider)
rng = random.Random(7)

db = sqlite3.connect(":memory:")
db.execute("create table orders (id integer primary key, user integer, item text, price integer)")
db.executemany("insert into orders (user, item, price) values (?, ?, ?)",
               ((rng.randrange(500), f"item {rng.randrange(90)}", rng.randrange(100)) for _ in range(60000)))


def query(text, *values):
    with tracer.start_as_current_span(text.split(" where")[0], kind=trace.SpanKind.CLIENT):
        return db.execute(text, values).fetchall()


def render(rows):
    with tracer.start_as_current_span("render"):
        return "".join(f"<li>{row}</li>" for row in rows * 200)


def cart():
    user = rng.randrange(500)
    rows = query("select * from orders where id < ?", 20 + user % 7)
    if rng.random() < 0.08:  # not in the cache
        rows += query("select item, sum(price) from orders where user = ? or item like ? group by item", user, "%9%")
    render(rows)


def order():
    query("insert into orders (user, item) values (1, 'x')")
    render([1])


for _ in range(120):
    handler, name = rng.choice([(cart, "GET /cart"), (cart, "GET /cart"), (order, "POST /order")])
    with tracer.start_as_current_span(name, kind=trace.SpanKind.SERVER):
        handler()
with open(sys.argv[1], "wb") as file:
    file.write(encode_spans(memory.get_finished_spans()).SerializeToString())
