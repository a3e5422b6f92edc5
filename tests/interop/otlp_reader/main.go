// What the collector's pdata reads of an OTLP profile: its JSON of the file that is named.
package main

import (
	"fmt"
	"os"

	"go.opentelemetry.io/collector/pdata/pprofile"
)

func read(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	profiles, err := (&pprofile.ProtoUnmarshaler{}).UnmarshalProfiles(data)
	if err != nil {
		return nil, err
	}
	return (&pprofile.JSONMarshaler{}).MarshalProfiles(profiles)
}

func main() {
	for _, path := range os.Args[1:] {
		text, err := read(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, path, err)
			os.Exit(1)
		}
		fmt.Println(string(text))
	}
}
