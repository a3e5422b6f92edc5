"""A service that logs: a tree of loggers, filters, formatters, adapters, a memory handler and tracebacks."""
import io
import logging
import logging.handlers


class Redact(logging.Filter):
    def filter(self, record):
        if "secret" in record.getMessage():
            record.msg, record.args = "(redacted)", ()
        return True


class Short(logging.Formatter):
    def format(self, record):
        line = super().format(record)
        return line if len(line) < 200 else line[:200] + "..."

    def formatTime(self, record, datefmt=None):
        return "%08.3f" % (record.relativeCreated % 10000)


class Context(logging.LoggerAdapter):
    def process(self, message, values):
        return f"[{self.extra['user']}] {message}", values


def set_up(stream):
    target = logging.StreamHandler(stream)
    target.setFormatter(Short("%(asctime)s %(levelname)s %(name)s %(message)s"))
    target.addFilter(Redact())
    memory = logging.handlers.MemoryHandler(50, flushLevel=logging.ERROR, target=target)
    root = logging.getLogger()
    root.addHandler(memory)
    root.setLevel(logging.INFO)
    errors = logging.StreamHandler(stream)
    errors.setLevel(logging.ERROR)
    logging.getLogger("service.store").addHandler(errors)
    return memory


class Store:
    log = logging.getLogger("service.store")

    def read(self, key, depth=0):
        self.log.debug("read %s", key)
        if key % 17 == 0 and depth == 3:
            raise KeyError(key)
        if depth < 3:
            return self.read(key, depth + 1)
        self.log.info("found %s in the secret place", key) if key % 5 == 0 else self.log.info("found %s", key)
        return key


def serve(store, key):
    log = Context(logging.getLogger("service.request"), {"user": f"user{key % 3}"})
    log.info("asked for %d", key)
    try:
        value = store.read(key)
    except KeyError:
        logging.getLogger("service.store").exception("no %d", key)
        log.warning("nothing for %d", key)
    else:
        log.info("answered %r", {"value": value, "more": list(range(key % 7))})


def main():
    out = io.StringIO()
    memory = set_up(out)
    store = Store()
    for key in range(1, 160):
        serve(store, key)
    memory.close()
    print(len(out.getvalue().splitlines()))


main()
