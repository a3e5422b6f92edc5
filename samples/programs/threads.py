"""Threads with names: two that compute, one that sleeps; argument: seconds."""

import sys
import threading
import time

import workload


def compute(end):
    while time.time() < end:
        workload.recursion()


def doze(end):
    while time.time() < end:
        time.sleep(0.01)


def main(seconds):
    end = time.time() + seconds
    workers = [
        threading.Thread(target=compute, args=(end,), name="worker-1"),
        threading.Thread(target=compute, args=(end,), name="worker 2; (odd name)"),
        threading.Thread(target=doze, args=(end,), name="sleeper"),
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.2)
