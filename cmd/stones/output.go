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

// A target is a file that a flag names, while it is being written. A whole result
// takes its name at the end; whatever goes wrong before leaves the old file as it
// was.
type target struct {
	file  *os.File
	name  string // that it takes at the end; "" if it is that file already
	force bool   // it may take the place of another one
	old   bool   // what the file holds goes with the first write
	fresh bool   // the file was made here, and is taken away if it does not become whole
}

// create begins the file that a flag names, beside it. One that is there already is
// kept, unless it is to be written over. Pipes and devices are written themselves.
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

// inPlace is create for a file that holds what is there at any time, whole or not.
// What one holds that is to be written over goes with the first write.
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

// settled is the file behind the name, which may be a link to it, or "" if it is a
// pipe or a device. The error is that there is one already.
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

// unwritable says why a file cannot be made.
func unwritable(flag, name string, err error) error {
	why := reason(err)
	if errors.Is(err, fs.ErrNotExist) {
		why = "there is no such folder"
	}
	return &quantity.InvalidError{Word: flag, Value: name, Why: why}
}

// Write writes.
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

// finish closes the file and gives it its name. If that goes wrong, or something has
// before, it takes away what it has made.
func (t *target) finish(err error) error {
	err = cmp.Or(err, t.file.Close())
	_ = t.file.Close()
	if err == nil && t.name != "" {
		err = t.take()
	}
	if err != nil && t.fresh {
		_ = os.Remove(t.file.Name()) // the first error is the one to tell
	}
	return err
}

// take gives the file its name.
func (t *target) take() error {
	if info, err := os.Stat(t.name); err == nil && t.force {
		if err := os.Chmod(t.file.Name(), info.Mode().Perm()); err != nil {
			return err
		}
	} else if err == nil { // somebody has made one meanwhile
		return &fs.PathError{Op: "create", Path: t.name, Err: fs.ErrExist}
	}
	return os.Rename(t.file.Name(), t.name)
}

// put writes a result where it goes. If the file cannot take it, because the disk is
// full for example, it goes to standard output.
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
