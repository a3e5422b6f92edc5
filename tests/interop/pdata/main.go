// pdata reads a profile as the OpenTelemetry collector does and writes it again:
//
//	pdata json|protobuf json|protobuf < in > out
package main

import (
	"fmt"
	"io"
	"os"

	"go.opentelemetry.io/collector/pdata/pprofile"
)

func read(encoding string) (pprofile.Profiles, error) {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		return pprofile.Profiles{}, err
	}
	if encoding == "json" {
		return (&pprofile.JSONUnmarshaler{}).UnmarshalProfiles(data)
	}
	return (&pprofile.ProtoUnmarshaler{}).UnmarshalProfiles(data)
}

func write(profiles pprofile.Profiles, encoding string) ([]byte, error) {
	if encoding == "json" {
		return (&pprofile.JSONMarshaler{}).MarshalProfiles(profiles)
	}
	return (&pprofile.ProtoMarshaler{}).MarshalProfiles(profiles)
}

func main() {
	profiles, err := read(os.Args[1])
	if err == nil {
		var data []byte
		if data, err = write(profiles, os.Args[2]); err == nil {
			_, err = os.Stdout.Write(data)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
