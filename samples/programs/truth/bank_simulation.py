"""A bank's day by events: processes are generators that wait for time or for a counter, resumed from one loop."""
import collections
import heapq
import itertools
import random
import statistics


class Simulation:
    def __init__(self, seed):
        self.now, self.queue, self.order = 0.0, [], itertools.count()
        self.rng = random.Random(seed)

    def start(self, process):
        self.after(0, process)

    def after(self, delay, process, value=None):
        heapq.heappush(self.queue, (self.now + delay, next(self.order), process, value))

    def run(self, until):
        while self.queue and self.queue[0][0] < until:
            self.now, _, process, value = heapq.heappop(self.queue)
            self.resume(process, value)

    def resume(self, process, value):
        try:
            request = process.send(value)
        except StopIteration:
            return
        request(process)

    def sleep(self, delay):
        return lambda process: self.after(delay, process)


class Counter:
    def __init__(self, simulation, clerks):
        self.simulation, self.free, self.waiting = simulation, clerks, collections.deque()

    def take(self):
        def request(process):
            if self.free:
                self.free -= 1
                self.simulation.after(0, process)
            else:
                self.waiting.append(process)
        return request

    def give(self):
        if self.waiting:
            self.simulation.after(0, self.waiting.popleft())
        else:
            self.free += 1


def customer(simulation, counter, waits):
    arrived = simulation.now
    yield counter.take()
    waits.append(simulation.now - arrived)
    yield from served(simulation, simulation.rng.randint(1, 3))
    counter.give()


def served(simulation, papers):
    for _ in range(papers):
        yield simulation.sleep(simulation.rng.expovariate(1 / 3))
    if papers > 1:
        yield from served(simulation, papers - 1)


def arrivals(simulation, counter, waits):
    while True:
        yield simulation.sleep(simulation.rng.expovariate(1 / 4))
        simulation.start(customer(simulation, counter, waits))


def day(seed, clerks):
    simulation, waits = Simulation(seed), []
    counter = Counter(simulation, clerks)
    simulation.start(arrivals(simulation, counter, waits))
    simulation.run(until=480)
    return statistics.fmean(waits), statistics.quantiles(waits, n=10)[-1]


def main():
    for clerks in (1, 2, 4):
        print(clerks, *(f"{value:.1f}" for seed in range(4) for value in day(seed, clerks)))


main()
