package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/report"
)

// beside compares two files.
func (k *kept) beside(files []string) error {
	write := report.Beside[k.format]
	switch other := k.drawn(); {
	case write == nil:
		return &knob.ConflictError{One: "--compare", Other: "--format " + prose.Quote(k.format), Why: "two are shown beside each other as " + strings.Join(slices.Sorted(maps.Keys(report.Beside)), ", ")}
	case other != "":
		return &knob.ConflictError{One: "--compare", Other: other, Why: "a picture is of one result"}
	case k.theory:
		return &knob.ConflictError{One: "--compare", Other: "--theory", Why: "measurements are compared"}
	case len(files) != 2:
		return fmt.Errorf("--compare compares two files, and here are %d; parts of a sweep are put together with --out", len(files))
	}
	var sides [2]report.Side
	var left error // the worst that is wrong in either
	for i, file := range files {
		s := k.sweep()
		s.gist = k.gist()
		defer s.close()
		if err := s.read([]string{file}); err != nil {
			return err
		}
		gist, err := k.told(s)
		if err != nil {
			return err
		}
		sides[i] = report.Side{Name: file, Gist: gist}
		left = worse(worse(left, s.broken), s.missing())
	}
	out, done, err := k.destination()
	if err != nil {
		return err
	}
	err = k.put(out, done, func(w io.Writer) error { return write(w, sides[0], sides[1], k.view()) })
	if err != nil {
		return err
	}
	return left
}
