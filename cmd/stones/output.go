package main

import (
	"errors"
	"io/fs"
	"os"

	"stones/lab/quantity"
)

// create makes the file that a flag names. One that is there already is kept,
// unless it is to be written over.
func create(flag, name string, force bool) (*os.File, error) {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, mode, 0o666)
	if err == nil {
		return f, nil
	}
	why := reason(err)
	info, statErr := os.Stat(name)
	switch {
	case statErr == nil && info.IsDir():
		why = "a folder, not a file"
	case errors.Is(err, fs.ErrExist):
		why = "there is such a file already; --force writes over it"
	case errors.Is(err, fs.ErrNotExist):
		why = "there is no such folder"
	}
	return nil, &quantity.InvalidError{Word: flag, Value: name, Why: why}
}

// finish closes a file that was written. If that went wrong, then or before, it
// takes the file away again.
func finish(f *os.File, err error) error {
	err = errors.Join(err, f.Close())
	if info, statErr := os.Lstat(f.Name()); err != nil && statErr == nil && info.Mode().IsRegular() {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
