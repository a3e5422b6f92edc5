import cProfile, time
def spin(seconds):
    start = time.perf_counter()
    while time.perf_counter() - start < seconds: pass
two = [lambda: spin(0.2), lambda: spin(0.05)]
def main():
    for one in two: one()
def outer():
    inner = lambda: [(lambda: spin(0.1))() for _ in (1,)]; inner()
profile = cProfile.Profile(); profile.runcall(lambda: (main(), outer()))
profile.dump_stats("two-lambdas-one-line.pstat")
