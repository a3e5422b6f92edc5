"""Dynamic programming by memory: edit distance, knapsack and the ways to pay, each with its own kind of cache."""
import functools


def remembered(function):
    """A cache in Python; lru_cache is one in C and leaves no frame."""
    known = {}

    @functools.wraps(function)
    def wrapper(*key):
        if key not in known:
            known[key] = function(*key)
        return known[key]
    return wrapper


@functools.lru_cache(maxsize=None)
def distance(left, right):
    if not left or not right:
        return len(left) + len(right)
    if left[0] == right[0]:
        return distance(left[1:], right[1:])
    return 1 + min(distance(left[1:], right), distance(left, right[1:]), distance(left[1:], right[1:]))


@remembered
def knapsack(items, room):
    if not items:
        return 0
    (weight, value), rest = items[0], items[1:]
    without = knapsack(rest, room)
    return max(without, value + knapsack(rest, room - weight)) if weight <= room else without


class Purse:
    def __init__(self, coins):
        self.coins = tuple(sorted(coins, reverse=True))
        self.known = {}

    def ways(self, amount, first=0):
        if amount == 0:
            return 1
        if first == len(self.coins):
            return 0
        key = amount, first
        if key not in self.known:
            self.known[key] = self.count(amount, first)
        return self.known[key]

    def count(self, amount, first):
        coin = self.coins[first]
        return sum(self.ways(amount - coin * n, first + 1) for n in range(amount // coin + 1))


def nearest(word, words):
    return min(words, key=lambda other: distance(word, other))


def main():
    words = ["profile", "profound", "provide", "trouble", "filter"]
    print([nearest(word, words) for word in ("prfle", "filtre", "trubel")])
    items = tuple((weight * 7 % 11 + 1, weight * 5 % 13 + 2) for weight in range(14))
    print(knapsack(items, 30))
    print(Purse((1, 2, 5, 10, 20, 50)).ways(120))


main()
