package main

import (
	"errors"
	"fmt"
	"os"
)

// maxValue is how long a file may be that holds the value of a flag.
const maxValue = 16 << 20

// readValue reads a file that holds the value of a flag. The error is the reason alone.
func readValue(name string) ([]byte, error) {
	info, err := os.Stat(name) // opening what is no file may wait for ever
	switch {
	case err != nil:
		return nil, errors.New(reason(err))
	case !info.Mode().IsRegular():
		return nil, errors.New("not a file")
	case info.Size() > maxValue:
		return nil, fmt.Errorf("it has %d bytes; allowed %d", info.Size(), maxValue)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, errors.New(reason(err))
	}
	return data, nil
}
