import asyncio, yappi
async def query(): await asyncio.sleep(0.05)
async def main(): await asyncio.gather(*(query() for _ in range(20)))
yappi.set_clock_type("wall"); yappi.start(builtins=True); asyncio.run(main()); yappi.stop()
for kind in ("pstat", "callgrind"): yappi.get_func_stats().save(f"y.{kind}", type=kind)
