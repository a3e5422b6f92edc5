"""A parent with two child processes; argument: seconds."""

import subprocess
import sys

import workload


def main(seconds):
    child = [sys.executable, "workload.py", "spin", str(seconds)]
    children = [subprocess.Popen(child) for _ in range(2)]
    workload.spin(seconds)
    for process in children:
        process.wait()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
