package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// carry reads the file that is to be thrown, if there is one.
func (t *throw) carry() error {
	if t.load == "" {
		if t.keep != "" {
			return errors.New("--keep-caught needs --file: without one the stones carry nothing")
		}
		return nil
	}
	f, err := readFile(t.load)
	if err != nil {
		return &quantity.InvalidError{Word: "file", Value: t.load, Why: err.Error()}
	}
	f.Keep = t.keep != ""
	t.settings.SetFile(f)
	return nil
}

// readFile reads a file to throw. The error says what it is instead.
func readFile(name string) (lab.File, error) {
	info, err := os.Stat(name) // opening what is no file may wait for ever
	if err != nil {
		return lab.File{}, errors.New(reason(err))
	}
	switch size := info.Size(); {
	case info.IsDir():
		return lab.File{}, errors.New("a folder, not a file; one file at a time")
	case !info.Mode().IsRegular():
		return lab.File{}, errors.New("not a file; its size must be known beforehand")
	case size == 0:
		return lab.File{}, errors.New("it is empty; there is nothing to throw")
	case size > lab.MaxFile:
		return lab.File{}, fmt.Errorf("it has %d bytes; allowed 1 to %d", size, lab.MaxFile)
	}
	f, err := os.Open(name)
	if err != nil {
		return lab.File{}, errors.New(reason(err))
	}
	defer f.Close()
	var content strings.Builder
	n, err := io.Copy(&content, io.LimitReader(f, lab.MaxFile+1))
	switch {
	case err != nil:
		return lab.File{}, errors.New(reason(err))
	case n != info.Size():
		return lab.File{}, errors.New("it changes while it is read")
	}
	return lab.NewFile(strings.ToValidUTF8(filepath.Base(name), "?"), content.String()), nil
}

// refill gives the experiments of a file the bytes that they throw, which no result
// keeps. They are to be named again: nobody's file is thrown because a document says so.
func (t *throw) refill(es []lab.Experiment) error {
	have, needed := t.settings.File(), false
	for i := range es {
		f := es[i].File
		switch {
		case !f.Is():
			continue
		case t.load == "":
			return &quantity.InvalidError{Word: "experiment", Value: t.file, Why: "it throws a file; if that is meant, say so: --file " + prose.Quote(f.Name)}
		case f.SHA256 != have.SHA256 || f.Bytes != have.Bytes:
			return &quantity.InvalidError{Word: "file", Value: t.load, Why: fmt.Sprintf("not the file that was thrown, which has %d bytes and the SHA-256 %s", f.Bytes, prose.Safe(f.SHA256))}
		}
		es[i].File, needed = have, true
	}
	if t.load != "" && !needed {
		return &knob.ConflictError{One: "--experiment", Other: "--file", Why: "the file says all of it"}
	}
	return nil
}

// keepOne returns an error if what was caught is to be kept, and there would be more
// than one file of a flow.
func (t *throw) keepOne(es []lab.Experiment) error {
	if t.keep != "" && len(es) > 1 {
		return &knob.ConflictError{One: "--keep-caught", Other: fmt.Sprintf("%d experiments", len(es)), Why: "one experiment at a time"}
	}
	return nil
}

// A keeper writes what each flow caught of the file. It may have nothing to write.
type keeper map[string]*os.File // by the flow

// keeper makes the files, so that nothing is thrown if they cannot be made.
func (t *throw) keeper(es []lab.Experiment) (keeper, error) {
	if t.keep == "" {
		return nil, nil
	}
	if err := os.MkdirAll(t.keep, 0o777); err != nil {
		why := reason(err)
		if info, statErr := os.Stat(t.keep); statErr == nil && !info.IsDir() {
			why = "a file, not a folder"
		} else if errors.Is(err, fs.ErrPermission) {
			why = "no right to make it"
		}
		return nil, &quantity.InvalidError{Word: "keep-caught", Value: t.keep, Why: why}
	}
	k := keeper{}
	for _, f := range es[0].Flows {
		w, err := create("keep-caught", filepath.Join(t.keep, f.Name+"-"+filepath.Base(t.load)), t.force)
		if err != nil {
			_ = k.write(nil)
			return nil, err
		}
		k[f.Name] = w
	}
	return k, nil
}

// write writes what there is, and takes away the files of which there is nothing.
func (k keeper) write(results []lab.Result) error {
	caught := map[string]*lab.Caught{}
	for _, r := range results {
		for _, x := range r.Flows {
			caught[x.Name] = x.Caught
		}
	}
	var failed error
	for name, f := range k {
		c := caught[name]
		if c == nil {
			_ = finish(f, errNothing)
			continue
		}
		_, err := f.Write(c.Content)
		failed = errors.Join(failed, finish(f, err))
	}
	return failed
}
