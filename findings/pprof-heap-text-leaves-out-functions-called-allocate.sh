#!/usr/bin/env bash
# pprof leaves a user's function called `allocate` out of heap profiles in text form
#
# When github.com/google/pprof (v0.0.0-20261105003125-4bf881d7fb0b) reads a heap profile in the
# text form of gperftools, it sets an expression of frames to be dropped, meant for the inside of
# allocators. The expression has the bare word "allocate". After symbols have been found, a function
# of exactly that name, in any program, is left out with all that it called, and its memory
# belongs to its caller; a function called "allocator" stays. A file of the protocol buffer says
# itself what is to be dropped; what `pprof -proto` makes of the text has the same expression.
#
# Needs: go, and a connection to the Go module proxy.
set -euo pipefail
version=v0.0.0-20261105003125-4bf881d7fb0b
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOPATH=$work/go GOFLAGS=-mod=mod

cat > main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/google/pprof/profile"
)

const heap = `heap profile: 1: 4096 [1: 4096] @ heap
1: 4096 [1: 4096] @ 0x1010 0x1020 0x1030
MAPPED_LIBRARIES:
00001000-00002000 r-xp 00000000 00:00 0 /bin/shop
`

// The stack main -> name -> inner, as it is after symbols have been found.
func stack(name string) string {
	p, err := profile.Parse(strings.NewReader(heap))
	if err != nil {
		panic(err)
	}
	for i, text := range []string{"inner", name, "main"} {
		f := &profile.Function{ID: uint64(i + 1), Name: text}
		p.Function = append(p.Function, f)
		p.Location[i].Line = []profile.Line{{Function: f}}
	}
	p.RemoveUninteresting()
	names := []string{}
	for _, l := range p.Sample[0].Location {
		names = append([]string{l.Line[0].Function.Name}, names...)
	}
	return fmt.Sprintf("%s %d", strings.Join(names, ";"), p.Sample[0].Value[1])
}

func main() {
	for _, name := range []string{"reserve", "allocator", "allocate"} {
		fmt.Printf("%s: %s\n", name, stack(name))
	}
}
GO
{
	go mod init example.org/finding
	go get "github.com/google/pprof@$version"
	go build -o finding .
} > install.log 2>&1 || { cat install.log; exit 1; }

echo "# pprof $version"
./finding | tee output
diff output - <<'OUT'
reserve: main;reserve;inner 4096
allocator: main;allocator;inner 4096
allocate: main 4096
OUT
