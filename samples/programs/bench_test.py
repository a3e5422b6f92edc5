"""Two benchmarks for pytest-benchmark."""

import workload


def test_fib(benchmark):
    assert benchmark(workload.fib, 10) == 55


def test_text(benchmark):
    assert benchmark(workload.text) > 0
