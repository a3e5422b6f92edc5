"""What Sentry's SDK for Python sends, written to a file in place of being sent.

    sentry_capture.py FILE MODE    profile, chunk, async, async-integration, streamed or mixed

profile and chunk sample two threads; the others are four concurrent requests of asyncio.gather(),
in `async` nested into each other by the SDK, which takes the span started last for the parent, and
as they are with its integration for asyncio. mixed has spans and a profile of one transaction.
"""
import asyncio
import sys
import threading
import time

import sentry_sdk
from sentry_sdk.transport import Transport


class FileTransport(Transport):
    """Without a network: envelopes one behind the other."""

    def __init__(self, options):
        super().__init__(options)
        self.file = open(sys.argv[1], "wb")

    def capture_envelope(self, envelope):
        self.file.write(envelope.serialize())
        self.file.flush()


def busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(100))


def leaf(seconds):
    busy(seconds)


def work(seconds):
    busy(seconds / 2)
    leaf(seconds / 2)


async def fetch(i):
    with sentry_sdk.start_span(op="http.client", name=f"GET /item/{i}"):
        await asyncio.sleep(0.01 + 0.004 * i)
        with sentry_sdk.start_span(op="db", name=f"select {i}"):
            await asyncio.sleep(0.01)


async def requests(integrated):
    if integrated:
        from sentry_sdk.integrations.asyncio import enable_asyncio_integration
        enable_asyncio_integration()
    with sentry_sdk.start_transaction(op="http.server", name="/async"):
        with sentry_sdk.start_span(op="function", name="gather"):
            await asyncio.gather(*(fetch(i) for i in range(4)))
        with sentry_sdk.start_span(op="function", name="cpu"):
            busy(0.01)


def streamed():
    from sentry_sdk import traces
    with traces.start_span(name="/streamed", attributes={"sentry.op": "http.server"}):
        for i in range(2):
            with traces.start_span(name=f"step {i}", attributes={"sentry.op": "function"}):
                time.sleep(0.005)


def threads():
    with sentry_sdk.start_transaction(op="http.server", name="/threads"):
        other = threading.Thread(target=work, args=(0.1,))
        other.start()
        work(0.1)
        other.join()


def mixed():
    with sentry_sdk.start_transaction(op="http.server", name="/mixed"):
        busy(0.03)
        with sentry_sdk.start_span(op="function", name="first"):
            work(0.06)
            with sentry_sdk.start_span(op="db", name="select"):
                busy(0.04)
        busy(0.03)


def main():
    mode = sys.argv[2]
    options = {"default_integrations": False, "auto_enabling_integrations": False, "traces_sample_rate": 1.0}
    if mode in ("profile", "mixed"):
        options["profiles_sample_rate"] = 1.0
    if mode == "chunk":
        options.update(profile_session_sample_rate=1.0, profile_lifecycle="manual")
    if mode == "streamed":
        options["_experiments"] = {"trace_lifecycle": "stream"}
    sentry_sdk.init(dsn="https://key@localhost/1", transport=FileTransport, environment="test", release="demo@1", server_name="host", **options)
    if mode == "chunk":
        sentry_sdk.profiler.start_profiler()
    {"profile": threads, "chunk": threads, "streamed": streamed, "mixed": mixed, "async": lambda: asyncio.run(requests(False)),
     "async-integration": lambda: asyncio.run(requests(True))}[mode]()
    if mode == "chunk":
        sentry_sdk.profiler.stop_profiler()
    sentry_sdk.flush()


if __name__ == "__main__":
    main()
