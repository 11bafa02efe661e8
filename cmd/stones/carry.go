package main

import (
	"errors"
	"fmt"
	imagepng "image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/photo"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// carry reads the file that is to be thrown, if there is one.
func (t *throw) carry() error {
	switch {
	case t.load == "" && t.tiles:
		return errors.New("--tiles needs --file, which says what picture to throw, e.g. --file pebbles")
	case t.load == "" && t.keep != "" && t.file == "":
		return errors.New("--keep-caught needs --file: without one the stones carry nothing")
	case t.load == "":
		return nil
	}
	f, err := readPicture(t.load, t.tiles)
	if err != nil {
		return &quantity.InvalidError{Word: "file", Value: t.load, Why: err.Error()}
	}
	f.Keep = t.keep != ""
	t.settings.SetFile(f)
	return nil
}

// readPicture reads a file to throw, as a picture if tiles is true. One picture is not
// read, but drawn by the program.
func readPicture(name string, tiles bool) (lab.File, error) {
	if name == photo.Pebbles {
		return photo.DrawPebbles(), nil
	}
	f, err := readFile(name)
	if err == nil && tiles {
		f, err = photo.Decode(f)
	}
	return f, err
}

// readFile reads a file to throw. The error says why it cannot be thrown.
func readFile(name string) (lab.File, error) {
	info, err := os.Stat(name) // opening a pipe may block for ever
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

// refill gives the experiments of a document the content that they throw, which results
// do not keep. The file must be named again, so that a document cannot have a file
// thrown.
func (t *throw) refill(es []lab.Experiment) error {
	needed := false
	have := t.settings.File() // as it was read before anything else
	for i := range es {
		f := es[i].File
		if !f.Is() {
			continue
		}
		needed = true
		if t.load == "" {
			drawn, known := photo.Known(f)
			if !known {
				return &quantity.InvalidError{Word: "experiment", Value: t.file, Why: "it throws a file; if that is meant, say so: --file " + prose.Quote(f.Name)}
			}
			have = drawn
		} else if !have.Same(f) {
			var err error
			if have, err = thrownFile(t.load, f); err != nil {
				return err
			}
		}
		es[i].File = have
		es[i].File.Keep = t.keep != ""
	}
	switch {
	case needed:
		return nil
	case t.load != "":
		return &knob.ConflictError{One: "--experiment", Other: "--file", Why: "the file says all of it"}
	case t.keep != "":
		return &knob.ConflictError{One: "--experiment", Other: "--keep-caught", Why: "no file is thrown there"}
	}
	return nil
}

// thrownFile reads the file again that a result says was thrown. A picture is decoded
// without --tiles.
func thrownFile(name string, f lab.File) (lab.File, error) {
	have, err := readPicture(name, f.IsPicture())
	if err == nil && !have.Same(f) {
		err = fmt.Errorf("not the file that was thrown, which has %d bytes and the SHA-256 %s", f.Bytes, prose.Safe(f.SHA256))
	}
	if err != nil {
		return f, &quantity.InvalidError{Word: "file", Value: name, Why: err.Error()}
	}
	return have, nil
}

// keepOne returns an error if --keep-caught would write more than one file for each
// flow.
func (t *throw) keepOne(es []lab.Experiment) error {
	if t.keep != "" && len(es) > 1 {
		return &knob.ConflictError{One: "--keep-caught", Other: fmt.Sprintf("%d experiments", len(es)), Why: "one experiment at a time"}
	}
	return nil
}

// A keeper writes what each flow caught of a file.
type keeper struct {
	experiment lab.Experiment
	to         map[string]*target // by the flow
}

// keeper creates the files, so that nothing is thrown if that fails.
func (t *throw) keeper(es []lab.Experiment) (keeper, error) {
	k := keeper{es[0], map[string]*target{}}
	if t.keep == "" {
		return k, nil
	}
	if err := os.MkdirAll(t.keep, 0o777); err != nil {
		why := reason(err)
		if info, statErr := os.Stat(t.keep); statErr == nil && !info.IsDir() {
			why = "a file, not a folder"
		} else if errors.Is(err, fs.ErrPermission) {
			why = "no right to make it"
		}
		return k, &quantity.InvalidError{Word: "keep-caught", Value: t.keep, Why: why}
	}
	for _, f := range es[0].Flows {
		w, err := create("keep-caught", filepath.Join(t.keep, f.Name+"-"+keptName(es[0].File)), t.force)
		if err != nil {
			_ = k.write(nil)
			return k, err
		}
		k.to[f.Name] = w
	}
	return k, nil
}

// write writes what was caught, and removes the files of flows without a result.
func (k keeper) write(results []lab.Result) error {
	caught := map[string]*lab.Caught{}
	for _, r := range results {
		for _, x := range r.Flows {
			caught[x.Name] = x.Caught
		}
	}
	var failed error
	for name, f := range k.to {
		c := caught[name]
		if c == nil {
			_ = f.finish(errNothing)
			continue
		}
		err := k.writeOne(f, name, c)
		failed = errors.Join(failed, f.finish(err))
	}
	return failed
}

// writeOne writes what one flow caught. A picture is written as a PNG, with grey where
// tiles are missing.
func (k keeper) writeOne(w io.Writer, flow string, c *lab.Caught) error {
	f := k.experiment.File
	if !f.IsPicture() {
		_, err := w.Write(c.Content)
		return err
	}
	f.Content = string(c.Content)
	came := func(n uint64) bool { return c.Came[n-1] }
	return imagepng.Encode(w, photo.Came(f, k.experiment.Plan(flow).Size, came))
}

// keptName is the name of the file of what was caught, without the flow's name in
// front.
func keptName(f lab.File) string {
	name := filepath.Base(f.Name)
	if !f.IsPicture() {
		return name
	}
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".png"
}
