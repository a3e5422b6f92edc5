"""Allocates and frees, for memory profilers; argument: seconds."""

import sys
import time


def grow(blocks):
    return [bytearray(200000) for _ in range(blocks)]


def hold(kept):
    kept.append(grow(20))
    time.sleep(0.005)


def main(seconds):
    end, kept = time.time() + seconds, []
    while time.time() < end:
        hold(kept)
        if len(kept) > 30:
            kept.clear()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
