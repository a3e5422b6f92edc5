"""Coroutines that wait and compute; argument: how many rounds."""

import asyncio
import sys

import workload


async def fetch(n):
    await asyncio.sleep(0.002 * (n % 3 + 1))
    return workload.fib(8) + n


async def numbers(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def job(n):
    total = 0
    async for i in numbers(3):
        total += await fetch(n + i)
    return total


async def main(rounds):
    for _ in range(rounds):
        await asyncio.gather(*(job(n) for n in range(4)))


if __name__ == "__main__":
    asyncio.get_event_loop_policy().new_event_loop().run_until_complete(
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    )
