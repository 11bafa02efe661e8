package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"stones/lab/quantity"
)

// beginWith writes a file to start from, for --new. said is the flag's value. It never
// overwrites a file.
func beginWith(said, file string, data []byte) error {
	wrong := func(why string) error { return &quantity.InvalidError{Word: "new", Value: said, Why: why} }
	switch unseen := func(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }; {
	case strings.ContainsFunc(file, unseen):
		return wrong("a file's name without blanks, and without what cannot be seen")
	case strings.HasPrefix(filepath.Base(file), "."):
		return wrong("a name stands before the ending")
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return wrong(file + " is there already, and is left as it is")
	case err != nil:
		return wrong(reason(err))
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return &failure{exitUnfinished, err}
	}
	return nil
}

// typed is a file as it must be typed to be taken for one: with a folder.
func typed(file string) string {
	if filepath.Base(file) != file {
		return file
	}
	return "./" + file
}
