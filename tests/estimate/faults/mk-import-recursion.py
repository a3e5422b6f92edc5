"""What cProfile writes for a script that imports a slow module: exec runs the script, and the import exec once more.

The times are exact, in round figures."""
import marshal

EXEC = "~", 0, "<built-in method builtins.exec>"
APP, SLOW = ("app.py", 1, "<module>"), ("slow.py", 1, "<module>")
LOAD = "<frozen importlib._bootstrap>", 1165, "_find_and_load"
BUILD, RUN = ("slow.py", 3, "build"), ("app.py", 5, "run")

stats = {EXEC: (1, 2, 0.0, 1.0, {LOAD: (1, 1, 0.0, 0.8)}),
         APP: (1, 1, 0.0, 1.0, {EXEC: (1, 1, 0.0, 1.0)}),
         LOAD: (1, 1, 0.0, 0.8, {APP: (1, 1, 0.0, 0.8)}),
         SLOW: (1, 1, 0.0, 0.8, {EXEC: (1, 1, 0.0, 0.8)}),
         BUILD: (1, 1, 0.8, 0.8, {SLOW: (1, 1, 0.8, 0.8)}),
         RUN: (1, 1, 0.2, 0.2, {APP: (1, 1, 0.2, 0.2)})}
with open("import-recursion.pstat", "wb") as file:
    marshal.dump(stats, file)
