import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import lib  # noqa: E402

MOST = 30


def pytest_collection_modifyitems(config, items):
    """With a sanitizer, ten times slower, at most so many cases of a test, spread evenly: what is read and written is
    much the same. Each broken input, which is another path, comes where the corpus is replayed; unit tests have no likes."""
    if not lib.SANITIZED:
        return
    cases = {}
    for item in items:
        cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    kept = set()
    for name, of_one in cases.items():
        step = 1 if name.startswith("tests/unit/") else max(1, len(of_one) / MOST)
        kept.update(of_one[int(number * step)] for number in range(int(len(of_one) / step)))
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]
