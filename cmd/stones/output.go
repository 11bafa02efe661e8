package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// A target is the file that a flag names, while it is being written. A complete file
// takes its name at the end; an error before that leaves the old file as it was.
type target struct {
	file  *os.File
	name  string // the name that it takes at the end; "" if it has that already
	force bool   // it may replace another file
	old   bool   // the file has old content, which the first write truncates
	fresh bool   // the file was created here, and is removed after an error
}

// create creates a temporary file beside the one that a flag names. An existing file is
// an error unless force is set. Pipes and devices are written directly.
func create(flag, name string, force bool) (*target, error) {
	whole, err := settled(flag, name, force)
	if err != nil {
		return nil, err
	}
	if whole == "" {
		return inPlace(flag, name, true)
	}
	beside := filepath.Join(filepath.Dir(whole), ".stones-"+rand.Text()[:12])
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrPermission) { // in that folder; the file itself may allow it
		return inPlace(flag, name, force)
	}
	if err != nil {
		return nil, unwritable(flag, name, err)
	}
	return &target{file: f, name: whole, force: force, fresh: true}, nil
}

// inPlace is create for a file that is written directly, so that it can be read before
// it is complete. The first write truncates an existing file.
func inPlace(flag, name string, force bool) (*target, error) {
	if _, err := settled(flag, name, force); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		return &target{file: f, fresh: true}, nil
	}
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, unwritable(flag, name, err)
	}
	return &target{file: f, old: true}, nil
}

// settled resolves the name, which may be a link, to a file; it returns "" for a pipe
// or a device. An existing file is an error unless force is set.
func settled(flag, name string, force bool) (string, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return name, nil
	case info.IsDir():
		return "", &quantity.InvalidError{Word: flag, Value: name, Why: "a folder, not a file"}
	case !info.Mode().IsRegular():
		return "", nil
	case !force:
		return "", &quantity.InvalidError{Word: flag, Value: name, Why: "there is such a file already; --force writes over it"}
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return name, nil
}

// unwritable explains why a file cannot be created.
func unwritable(flag, name string, err error) error {
	why := reason(err)
	if errors.Is(err, fs.ErrNotExist) {
		why = "there is no such folder"
	}
	return &quantity.InvalidError{Word: flag, Value: name, Why: why}
}

// Write implements [io.Writer].
func (t *target) Write(b []byte) (int, error) {
	if t.old {
		t.old = false
		if info, err := t.file.Stat(); err == nil && info.Mode().IsRegular() {
			if err := t.file.Truncate(0); err != nil {
				return 0, err
			}
		}
	}
	return t.file.Write(b)
}

// finish closes the file and gives it its name. After an error, its own or err, it
// removes a file that was created here.
func (t *target) finish(err error) error {
	err = cmp.Or(err, t.file.Close())
	_ = t.file.Close()
	if err == nil && t.name != "" {
		err = t.take()
	}
	if err != nil && t.fresh {
		_ = os.Remove(t.file.Name()) // the first error is reported
	}
	return err
}

// take gives the file its name.
func (t *target) take() error {
	if info, err := os.Stat(t.name); err == nil && t.force {
		if err := os.Chmod(t.file.Name(), info.Mode().Perm()); err != nil {
			return err
		}
	} else if err == nil { // created by something else meanwhile
		return &fs.PathError{Op: "create", Path: t.name, Err: fs.ErrExist}
	}
	return os.Rename(t.file.Name(), t.name)
}

// put writes a result to its destination. If the file cannot take it, for example
// because the disk is full, it writes to standard output.
func (t *throw) put(out io.Writer, done func(error) error, write func(io.Writer) error) error {
	err := done(write(out))
	switch {
	case err == nil, t.out == "" && errors.Is(err, syscall.EPIPE):
		return nil
	case t.out == "" || !errors.As(err, new(*fs.PathError)) && !errors.As(err, new(*os.LinkError)):
		return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
	}
	text := fmt.Sprintf("write --out %s: %s", prose.Quote(t.out), reason(err))
	if (!t.display || t.format != png) && write(t.stdout) == nil {
		text += "; the result is on standard output"
	}
	return &failure{exitUnfinished, errors.New(text)}
}
