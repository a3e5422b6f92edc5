"""Tests of a small order book; `test_orders.py slow` is the same with one function made slower."""
import sys

LINES = [f"{i},{i % 13},{i * 37 % 1009}.{i % 100:02d}" for i in range(400)]


def parse(line):
    number, customer, price = line.split(",")
    euros, cents = price.split(".")
    return int(number), int(customer), int(euros) * 100 + int(cents)


def by_customer(orders):
    sums = {}
    for _, customer, cents in orders:
        sums[customer] = sums.get(customer, 0) + cents
    return sums


def discount(cents):
    steps, rest = 0, cents
    while rest > 0 and steps < PATIENCE:
        rest -= 97
        steps += 1
    return cents - min(cents, steps)


def invoice(customer, cents):
    return f"{customer:>5} {cents // 100:>8}.{cents % 100:02d}"


def test_sums():
    orders = [parse(line) for line in LINES]
    assert sum(by_customer(orders).values()) == sum(cents for _, _, cents in orders)


def test_discounts():
    for line in LINES:
        _, _, cents = parse(line)
        assert 0 <= discount(cents) <= cents


def test_invoices():
    pages = [invoice(customer, cents) for customer, cents in by_customer(map(parse, LINES)).items()]
    assert len(pages) == 13


PATIENCE = 120 if "slow" in sys.argv else 20
for _ in range(8):
    test_sums()
    test_discounts()
    test_invoices()
