// Command hotspot writes a CPU profile of itself to the file named by its argument.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

type tree struct{ left, right *tree }

func (t *tree) depth() int {
	if t == nil {
		return 0
	}
	return 1 + max(t.left.depth(), t.right.depth())
}

func grow(levels int) *tree {
	if levels == 0 {
		return nil
	}
	return &tree{grow(levels - 1), grow(levels - 1)}
}

func Map[T, U any](items []T, f func(T) U) []U {
	out := make([]U, 0, len(items))
	for _, item := range items {
		out = append(out, f(item))
	}
	return out
}

func words() int {
	list := strings.Fields(strings.Repeat("one two three ", 200))
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	total := 0
	for _, n := range Map(list, func(s string) int { return len(s) }) {
		total += n
	}
	return total
}

func main() {
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		panic(err)
	}
	defer pprof.StopCPUProfile()

	var group sync.WaitGroup
	group.Add(1)
	total, end := 0, time.Now().Add(700*time.Millisecond)
	go func() {
		defer group.Done()
		for time.Now().Before(end) {
			total += words()
		}
	}()
	deep := 0
	for time.Now().Before(end) {
		deep += grow(10).depth()
	}
	group.Wait()
	fmt.Println(total > 0, deep > 0)
}
