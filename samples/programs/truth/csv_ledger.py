"""A ledger in CSV: read, grouped, summed and ranked, with decimal, datetime and statistics."""
import collections
import csv
import datetime
import decimal
import io
import itertools
import operator
import statistics


def ledger(rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["date", "account", "amount", "text"])
    start = datetime.date(2023, 1, 1)
    for row in range(rows):
        day = start + datetime.timedelta(days=row % 365)
        writer.writerow([day.isoformat(), f"acc{row % 13}", f"{(row * 7919 % 100000) / 100:.2f}", f'text "{row}", more'])
    return out.getvalue()


class Entry:
    def __init__(self, row):
        self.date = datetime.datetime.strptime(row["date"], "%Y-%m-%d").date()
        self.account = row["account"]
        self.amount = decimal.Decimal(row["amount"])
        self.text = row["text"]

    @property
    def month(self):
        return self.date.replace(day=1)

    def __lt__(self, other):
        return (self.amount, self.date) < (other.amount, other.date)


def read(text):
    return [Entry(row) for row in csv.DictReader(io.StringIO(text))]


def by(entries, key):
    for value, group in itertools.groupby(sorted(entries, key=key), key):
        yield value, list(group)


def rounded(amount):
    return amount.quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_EVEN)


def summary(entries):
    amounts = [entry.amount for entry in entries]
    return rounded(sum(amounts)), rounded(statistics.mean(amounts)), rounded(statistics.median(amounts))


def main():
    entries = read(ledger(1200))
    months = {month: summary(group) for month, group in by(entries, operator.attrgetter("month"))}
    accounts = {name: summary(group) for name, group in by(entries, lambda entry: entry.account)}
    top = sorted(entries, reverse=True)[:10]
    words = collections.Counter(word for entry in entries for word in entry.text.split())
    print(len(months), len(accounts), top[0].amount, words.most_common(2), statistics.stdev(row[0] for row in months.values()))


if __name__ == "__main__":
    main()
