"""A server and its clients in one asyncio loop: streams, queues, locks, timeouts, task groups."""
import asyncio
import json
import socket


class Server:
    def __init__(self):
        self.stored = {}
        self.lock = asyncio.Lock()
        self.changes = asyncio.Queue()

    async def serve(self, reader, writer):
        while line := await reader.readline():
            request = json.loads(line)
            answer = await self.answer(request)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def answer(self, request):
        method = getattr(self, "do_" + request["do"])
        return {"id": request["id"], "result": await method(**request["with"])}

    async def do_put(self, key, value):
        async with self.lock:
            self.stored[key] = value
            await self.changes.put(key)
        return True

    async def do_get(self, key):
        return self.stored.get(key)

    async def do_sum(self, keys):
        values = [await self.do_get(key) for key in keys]
        return sum(value or 0 for value in values)


async def watch(server, seen):
    while True:
        key = await server.changes.get()
        seen[key] = seen.get(key, 0) + 1
        server.changes.task_done()


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.number = reader, writer, 0

    async def call(self, do, **values):
        self.number += 1
        self.writer.write(json.dumps({"id": self.number, "do": do, "with": values}).encode() + b"\n")
        await self.writer.drain()
        async with asyncio.timeout(5):
            return json.loads(await self.reader.readline())["result"]


async def work(server, name):
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(server.serve(*await asyncio.open_connection(sock=theirs)))
    client = Client(*await asyncio.open_connection(sock=ours))
    for turn in range(12):
        await client.call("put", key=f"{name}{turn % 4}", value=turn)
        await asyncio.sleep(0)
    total = await client.call("sum", keys=[f"{name}{n}" for n in range(6)])
    client.writer.close()
    await serving
    return total


async def main():
    server, seen = Server(), {}
    watcher = asyncio.create_task(watch(server, seen))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(server, name)) for name in "abcdef"]
    await server.changes.join()
    watcher.cancel()
    print([task.result() for task in tasks], len(seen))


asyncio.run(main())
