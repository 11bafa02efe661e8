package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"stones/lab/document"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// keyVariable is the environment variable with the key, for use without --key-file. A
// key is never taken from the command line, which everybody on the computer can read.
const keyVariable = "STONES_KEY"

// The limits of a key in bytes: a shorter one can be guessed, a longer one is likely
// another file.
const (
	minKey = 16
	maxKey = 4096
)

// readKey returns the shared key from the file, or without a file name from the
// environment; nil means none. The key is never shown.
func (p program) readKey(file string) ([]byte, error) {
	if file == "" {
		key := trimKey([]byte(os.Getenv(keyVariable)))
		if len(key) > maxKey {
			return nil, fmt.Errorf("%s: more than %d bytes, which is no key", keyVariable, maxKey)
		}
		if len(key) > 0 && len(key) < minKey {
			return nil, fmt.Errorf("%s: %s", keyVariable, tooShort(key))
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
	if len(key) < minKey {
		return nil, wrong(tooShort(key))
	}
	const others = 0o077
	if info.Mode()&others != 0 && runtime.GOOS != "windows" {
		fmt.Fprintf(p.stderr, "warning: --key-file %s: other users may use it (mode %04o); chmod 600 makes it private\n", prose.Quote(file), info.Mode().Perm())
	}
	return key, nil
}

// tooShort explains that a key is too short.
func tooShort(key []byte) string {
	return fmt.Sprintf("a key of %s can be guessed; allowed %d to %d; stones catch --new-key FILE makes one", prose.Plural(len(key), "byte"), minKey, maxKey)
}

// trimKey removes what editors and echo add: the line break, and a byte order mark.
func trimKey(key []byte) []byte {
	key = document.Unmarked(key)
	return bytes.TrimSuffix(bytes.TrimSuffix(key, []byte("\n")), []byte("\r"))
}

// newKey writes a random key into a new file, which only its owner can read.
func (p program) newKey(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		why := reason(err)
		if errors.Is(err, os.ErrExist) {
			why = "there is such a file already; a key is not written over"
		}
		return &quantity.InvalidError{Word: "new-key", Value: file, Why: why}
	}
	_, err = fmt.Fprintln(f, rand.Text())
	if err := (&target{file: f, fresh: true}).finish(err); err != nil {
		return &failure{exitUnfinished, fmt.Errorf("write --new-key %s: %s", prose.Quote(file), reason(err))}
	}
	fmt.Fprintf(p.stdout, "%s holds a new key. Give it to those who may throw: stones throw --to HOST --key-file FILE\n", prose.Quote(file))
	return nil
}

// errKey is the error of a key on the command line.
var errKey = errors.New("--key: a key never stands on the command line, where others can read it; put it into a file for --key-file, or into " + keyVariable)
