"""Shortest routes over a map of streets: Dijkstra and A* on heapq, with places that compare themselves."""
import functools
import heapq
import math
import random


@functools.total_ordering
class Visit:
    """A place reached at a cost; heapq compares these."""

    def __init__(self, cost, place):
        self.cost, self.place = cost, place

    def __lt__(self, other):
        return self.cost < other.cost

    def __eq__(self, other):
        return self.cost == other.cost


class Map:
    def __init__(self, places, seed):
        rng = random.Random(seed)
        self.at = [(rng.random(), rng.random()) for _ in range(places)]
        self.streets = {place: self.nearest(place, 4) for place in range(places)}

    def distance(self, a, b):
        return math.dist(self.at[a], self.at[b])

    def nearest(self, place, count):
        others = (other for other in range(len(self.at)) if other != place)
        return heapq.nsmallest(count, others, key=lambda other: self.distance(place, other))

    def ways(self, place):
        for other in self.streets[place]:
            yield other, self.distance(place, other)


def search(map, start, goal, guess):
    """Routes are tried in the order of their cost so far, plus a guess of what is left."""
    best, came = {start: 0.0}, {start: None}
    heap = [Visit(guess(start), start)]
    seen = set()
    while heap:
        place = heapq.heappop(heap).place
        if place == goal:
            break
        if place in seen:
            continue
        seen.add(place)
        for other, length in map.ways(place):
            cost = best[place] + length
            if cost < best.get(other, math.inf):
                best[other], came[other] = cost, place
                heapq.heappush(heap, Visit(cost + guess(other), other))
    return len(seen), route(came, goal)


def route(came, place):
    """Recursive: the way to the place before, and the place."""
    if place is None or place not in came:
        return []
    return route(came, came[place]) + [place]


def dijkstra(map, start, goal):
    return search(map, start, goal, lambda place: 0.0)


def a_star(map, start, goal):
    return search(map, start, goal, lambda place: map.distance(place, goal))


def main():
    map = Map(180, seed=3)
    for start, goal in ((0, 100), (5, 60), (9, 170)):
        all_seen, long = dijkstra(map, start, goal)
        few_seen, short = a_star(map, start, goal)
        print(all_seen, few_seen, len(long), len(short))


main()
