"""What the sampler of Python 3.15 writes of one recursive function that was seen on two lines: 20 samples in all."""
import marshal

MAIN, FIB13, FIB14 = ("a.py", 1, "main"), ("a.py", 13, "fib"), ("a.py", 14, "fib")

stats = {MAIN: (0, 20, 0.0, 0.020, {}),
         FIB14: (15, 20, 0.015, 0.020, {MAIN: 20, FIB14: 30}),
         FIB13: (5, 5, 0.005, 0.005, {FIB14: 5}),
         ("__sampled__",): True}
with open("recursion-lines.pstats", "wb") as file:
    marshal.dump(stats, file)
