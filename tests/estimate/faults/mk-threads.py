import cProfile, threading, time
def leaf():
    start = time.perf_counter()
    while time.perf_counter() - start < 0.004: pass
def task():
    for _ in range(12): leaf(); time.sleep(0.001)
def frame():
    threads = [threading.Thread(target=task) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
profile = cProfile.Profile(); profile.enable(); frame(); profile.disable()
profile.dump_stats("threads-py313.pstat")
