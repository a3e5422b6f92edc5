"""Events with subscribers: handlers in priority order, decorated, filtered, and emitting events of their own."""
import collections
import functools
import itertools


def logged(handler):
    @functools.wraps(handler)
    def wrapper(*arguments, **named):
        LOG.append(handler.__name__)
        return handler(*arguments, **named)
    return wrapper


def only_if(test):
    def decorate(handler):
        @functools.wraps(handler)
        def wrapper(bus, event):
            return handler(bus, event) if test(event) else None
        return wrapper
    return decorate


def repeated(times):
    def decorate(handler):
        @functools.wraps(handler)
        def wrapper(bus, event):
            return [handler(bus, event) for _ in range(times)]
        return wrapper
    return decorate


LOG = []


class Bus:
    def __init__(self):
        self.handlers = collections.defaultdict(list)
        self.middleware = []

    def on(self, name, handler, priority=0):
        self.handlers[name].append((priority, handler))
        self.handlers[name].sort(key=lambda pair: -pair[0])

    def emit(self, name, **values):
        self.through(iter(self.middleware), {"name": name, **values})

    def through(self, rest, event):
        """Each middleware gets the event and a function that goes on."""
        step = next(rest, None)
        if step is None:
            self.deliver(event)
        else:
            step(event, functools.partial(self.through, rest))

    def deliver(self, event):
        for _, handler in list(self.handlers[event["name"]]):
            handler(self, event)


def counting(event, go_on):
    event["number"] = next(NUMBERS)
    go_on(event)


def copying(event, go_on):
    go_on(dict(event))


NUMBERS = itertools.count()


@logged
def on_order(bus, event):
    for item in range(event["items"]):
        bus.emit("item", item=item, depth=0)
    bus.emit("total", value=event["items"] * 3)


@logged
@only_if(lambda event: event["item"] % 2 == 0)
def on_item(bus, event):
    checksum(event["item"] * 50)
    if event["depth"] < 3:
        bus.emit("item", item=event["item"] // 2, depth=event["depth"] + 1)


@repeated(3)
@logged
def on_total(bus, event):
    return checksum(event["value"] * 20)


def checksum(count):
    return functools.reduce(lambda total, n: (total * 31 + n) % 65521, range(count), 1)


def main():
    bus = Bus()
    bus.middleware += [counting, copying]
    for name, handler in (("order", on_order), ("item", on_item), ("total", on_total)):
        bus.on(name, handler)
    bus.on("item", logged(lambda bus, event: checksum(10)), priority=5)
    for items in range(1, 14):
        bus.emit("order", items=items)
    print(next(NUMBERS), collections.Counter(LOG))


main()
