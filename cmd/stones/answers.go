package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"stones/lab/lesson"
	"stones/lab/quantity"
)

// record returns the answers in the file so far. A file with other content is an error,
// so that it is not overwritten.
func (c *course) record() (lesson.Record, error) {
	record := lesson.Record{Version: version, Answers: []lesson.Outcome{}}
	if !c.cmd.Flags().Changed("save") {
		return record, nil
	}
	wrong := func(err error) (lesson.Record, error) {
		return record, &quantity.InvalidError{Word: "save", Value: c.save, Why: reason(err)}
	}
	if c.save == "" {
		return wrong(errors.New("the value is empty"))
	}
	f, err := os.Open(c.save)
	if errors.Is(err, fs.ErrNotExist) {
		return record, nil
	}
	if err != nil {
		return wrong(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return wrong(errors.Join(err, errors.New("not a file")))
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20+1))
	if err != nil {
		return wrong(err)
	}
	if record, err = lesson.ParseRecord(data); err != nil {
		return wrong(fmt.Errorf("%w, and is left as it is", err))
	}
	record.Version = version
	return record, nil
}

// keep writes the answers to a temporary file first, so that the old file is not lost
// if that fails.
func (c *course) keep(record lesson.Record) error {
	data, err := record.Append(nil)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.save), ".stones-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.save)
}
