"""profdiff's p and q, beside SciPy's of the same runs and samples."""
import json
import marshal
import random
import subprocess

import pytest

import clients
import lib

PYTHON = lib.BUILD / "interop/scipy/bin/python"
needs_scipy = pytest.mark.skipif(not PYTHON.exists() or subprocess.run([PYTHON, "-c", "import scipy"], capture_output=True).returncode != 0,
                                 reason="SciPy not installed")

# Without equal values SciPy counts exactly; with them only its permutation test does, for small numbers.
MANN_WHITNEY = """
import json, sys
from scipy import stats
def p(a, b):
    if len(a) + len(b) > 24:
        return stats.mannwhitneyu(a, b, method="asymptotic").pvalue
    if len(set(a + b)) == len(a + b):
        return stats.mannwhitneyu(a, b, method="exact").pvalue
    rank = lambda x, y: stats.rankdata(list(x) + list(y))[:len(x)].sum()
    return stats.permutation_test((a, b), rank, n_resamples=10 ** 6).pvalue
ps = [p(a, b) for a, b in json.load(sys.stdin)]
print(json.dumps([ps, list(stats.false_discovery_control(ps))]))
"""
FISHER = """
import json, sys
from scipy import stats
print(json.dumps([stats.fisher_exact(t).pvalue for t in json.load(sys.stdin)]))
"""


def scipy(script, data):
    return json.loads(clients.output(PYTHON, "-c", script, input=json.dumps(data).encode()))


def rows(*args):
    return {row["function"]: row for row in json.loads(lib.run("profdiff", "-q", "-a", "--min-share", "0", "--format", "json", *args)[0])["rows"]}


def pstat(path, times):
    path.write_bytes(marshal.dumps({("a.py", i + 1, f"f{i}"): (1, 1, t / 1e3, t / 1e3, {}) for i, t in enumerate(times)}))
    return path


@needs_scipy
@pytest.mark.parametrize("na, nb, values", [(6, 6, 10**6), (4, 7, 10**6), (12, 12, 10**6), (5, 5, 6), (20, 15, 10**6), (20, 15, 12)])
def test_mann_whitney_and_benjamini_hochberg(tmp_path, na, nb, values):
    rng = random.Random(na * 100 + nb)
    times = [[[1 + rng.randrange(values) + shift * side for _ in range(n)] for side, n in enumerate((na, nb))]
             for shift in (0, 0, 0, values // 3, values) for _ in range(4)]
    files = [[pstat(tmp_path / f"{side}-{run}", [f[side][run] for f in times]) for run in range(n)] for side, n in enumerate((na, nb))]
    found = rows(*files[0], "--", *files[1])
    ps, qs = scipy(MANN_WHITNEY, times)
    for i, (p, q) in enumerate(zip(ps, qs)):
        assert found[f"f{i}"]["self_p"] == pytest.approx(p, rel=1e-4) and found[f"f{i}"]["self_q"] == pytest.approx(q, rel=1e-4)


@needs_scipy
def test_fisher(tmp_path):
    tables = [(3, 97, 9, 91), (1, 99, 8, 192), (0, 50, 4, 46), (2, 998, 9, 991)]
    ours = []
    for a, rest_a, b, rest_b in tables:
        for name, f, g in (("a", a, rest_a), ("b", b, rest_b)):
            (tmp_path / name).write_text("".join(f"{stack} {n}\n" for stack, n in (("f", f), ("g", g)) if n))
        ours.append(rows(tmp_path / "a", tmp_path / "b")["f"]["self_p"])
    assert ours == pytest.approx(scipy(FISHER, [[[a, x], [b, y]] for a, x, b, y in tables]), rel=1e-4)
