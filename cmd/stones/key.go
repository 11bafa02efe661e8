package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// keyVariable is the environment variable that has the key if --key-file does
// not say where it is. A command line can be read by everybody on the computer,
// so no key is ever taken from there.
const keyVariable = "STONES_KEY"

// maxKey is how many bytes a key has at most.
const maxKey = 4096

// readKey returns the key that both ends know: what the file holds, or without
// one the environment; nil is none. What stands in it is shown nowhere.
func (p program) readKey(file string) ([]byte, error) {
	if file == "" {
		key := trimKey([]byte(os.Getenv(keyVariable)))
		if len(key) > maxKey {
			return nil, fmt.Errorf("%s: more than %d bytes, which is no key", keyVariable, maxKey)
		}
		return key, nil
	}
	wrong := func(why string) error { return &quantity.InvalidError{Word: "key-file", Value: file, Why: why} }
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, wrong(reason(err))
	case info.IsDir():
		return nil, wrong("a folder, not a file")
	case !info.Mode().IsRegular():
		return nil, wrong("not a file")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, wrong(reason(err))
	}
	defer f.Close()
	key, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	if err != nil {
		return nil, wrong(reason(err))
	}
	if len(key) > maxKey {
		return nil, wrong(fmt.Sprintf("more than %d bytes, which is no key", maxKey))
	}
	if key = trimKey(key); len(key) == 0 {
		return nil, wrong("there is nothing in it")
	}
	const others = 0o077
	if info.Mode()&others != 0 && runtime.GOOS != "windows" {
		fmt.Fprintf(p.stderr, "warning: --key-file %s: others than its owner may use it (mode %04o); chmod 600 makes it private\n", prose.Quote(file), info.Mode().Perm())
	}
	return key, nil
}

// trimKey leaves out the line's end that editors and echo add.
func trimKey(key []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(key, []byte("\n")), []byte("\r"))
}

// errKey is said to who gives a key away.
var errKey = errors.New("--key: a key never stands on the command line, where others can read it; put it into a file for --key-file, or into " + keyVariable)
