package main

import (
	"errors"
	"fmt"
	"os"
)

// maxValue is the largest file with the value of a flag, in bytes.
const maxValue = 16 << 20

// readValue reads a file that holds the value of a flag. The error is the reason alone.
func readValue(name string) ([]byte, error) {
	info, err := os.Stat(name) // opening a pipe may block for ever
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
