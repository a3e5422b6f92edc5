// Orders are allocated, some are kept; workers wait for each other. Writes profiles as texts (debug=1).
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var kept [][]byte
var mu sync.Mutex

//go:noinline
func lineItem(n int) []byte { return make([]byte, n) }

//go:noinline
func order(i int) {
	b := lineItem(2048 + i%7*512)
	if i%10 == 0 {
		kept = append(kept, b)
	}
}

func locked() {
	mu.Lock()
	time.Sleep(2 * time.Millisecond)
	mu.Unlock()
}

func write(name string) {
	f, _ := os.Create(name + ".txt")
	pprof.Lookup(name).WriteTo(f, 1)
	f.Close()
}

func main() {
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	var all sync.WaitGroup
	for w := 0; w < 4; w++ {
		all.Add(1)
		go func() { locked(); all.Done() }()
	}
	all.Wait()
	for i := 0; i < 4000; i++ {
		order(i)
	}
	stop := make(chan int)
	for w := 0; w < 3; w++ {
		go pprof.Do(context.Background(), pprof.Labels("route", "/orders\t\u00e9", "worker", "1"),
			func(context.Context) { <-stop })
	}
	time.Sleep(10 * time.Millisecond)
	runtime.GC()
	for _, name := range []string{"heap", "goroutine", "threadcreate", "block", "mutex"} {
		write(name)
	}
}
