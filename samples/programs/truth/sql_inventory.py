"""An inventory in sqlite3 whose queries call back into Python: functions, aggregates, collations, row factories."""
import contextlib
import sqlite3


class Spread:
    """An aggregate: the largest less the smallest."""

    def __init__(self):
        self.values = []

    def step(self, value):
        self.values.append(value)

    def finalize(self):
        return max(self.values) - min(self.values)


def discount(price, quantity):
    return price * (0.9 if quantity > 50 else 1.0)


def ignoring_case(left, right):
    left, right = left.lower(), right.lower()
    return (left > right) - (left < right)


def as_dict(cursor, row):
    return {column[0]: value for column, value in zip(cursor.description, row)}


def open_database():
    database = sqlite3.connect(":memory:")
    database.row_factory = as_dict
    database.create_function("discount", 2, discount, deterministic=True)
    database.create_aggregate("spread", 1, Spread)
    database.create_collation("nocase2", ignoring_case)
    database.execute("create table item (id integer primary key, name text, price real, quantity int, parent int)")
    return database


@contextlib.contextmanager
def transaction(database):
    try:
        yield database.cursor()
        database.commit()
    except sqlite3.Error:
        database.rollback()


def fill(database, count):
    rows = [(n, f"{'Ab'[n % 2]}rticle {n * 37 % count}", n % 90 + 0.5, n * 7 % 100, n // 3 or None) for n in range(1, count)]
    with transaction(database) as cursor:
        cursor.executemany("insert into item values (?, ?, ?, ?, ?)", rows)
    with transaction(database) as cursor:
        cursor.execute("insert into item values (1, 'again', 0, 0, 0)")


def below(database, item, depth=0):
    """The whole family of an item, one query a member."""
    found = [(depth, item["name"])]
    for child in database.execute("select id, name from item where parent = ?", (item["id"],)).fetchall():
        found += below(database, child, depth + 1)
    return found


def main():
    database = open_database()
    fill(database, 600)
    print(database.execute("select sum(discount(price, quantity)) as worth from item").fetchone())
    groups = database.execute("select parent, spread(price) as s from item group by parent having s > 0").fetchall()
    names = [row["name"] for row in database.execute("select name from item order by name collate nocase2 limit 40")]
    print(len(groups), names[:2], len(below(database, {"id": 1, "name": "root"})))


main()
