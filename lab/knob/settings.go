package knob

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// MaxExperiments is how many experiments one call may run. MaxStreamed is the same
// where each result is written as soon as it is there.
const (
	MaxExperiments = 10_000
	MaxStreamed    = 10_000_000
)

// Settings are the values of knobs, as people give them. The zero value sets none, and
// means the default experiment.
type Settings struct {
	given map[string]given // by the knob's word
	flows []string         // added one by one; if there are none, the knobs make them
	own   []string         // protocols of flows beside those, as they were written
	at    []string         // changes in time
	every []string         // changes again and again
	file  lab.File         // what the stones carry
	open  Opener           // reads files with values; nil if files are not read
}

// A given is the setting of one knob.
type given struct {
	text   string  // all of it
	values []value // several are a sweep
}

// A value is one value of a knob.
type value struct {
	text  string
	value any
}

// values reads the values of text.
func (k Knob) values(text string, open Opener) ([]value, error) {
	parts := strings.Split(text, ",")
	if k.Single {
		parts = []string{text}
	}
	var values []value
	for i, part := range parts {
		v, err := k.readPart(part, open)
		if point := k.point(parts[i:]); point != "" && !k.Many {
			return nil, quantity.Invalid(k.Word, part+","+parts[i+1],
				fmt.Sprintf("a comma stands between two values; write %s with a point, or begin with the value that has the unit", point))
		}
		if err != nil {
			return nil, quantity.Invalid(k.Word, part, err.Error())
		}
		if slices.ContainsFunc(values, func(v value) bool { return v.text == part }) && !k.Many {
			return nil, quantity.Invalid(k.Word, part, "given twice; the same again is what --runs is for")
		}
		values = append(values, value{part, v})
	}
	if !k.Many {
		return values, nil
	}
	var entries []any
	for _, v := range values {
		entries = append(entries, v.value)
	}
	joined, err := k.joined(entries)
	if err != nil {
		return nil, quantity.Invalid(k.Word, text, err.Error())
	}
	return []value{{text, joined}}, nil
}

// point returns the value that is meant if the comma between the first two of parts is
// a decimal comma, or "" if it is not one: the first is a number without a unit, the
// second has one, and together they are a value.
func (k Knob) point(parts []string) string {
	if len(parts) < 2 || !quantity.Digits(parts[0]) || quantity.Digits(parts[1]) {
		return ""
	}
	if number, _ := quantity.CutUnit(parts[1]); number == "" || !quantity.Digits(number[:1]) {
		return ""
	}
	point := parts[0] + "." + parts[1]
	if _, err := k.read(point); err != nil {
		return ""
	}
	return point
}

// Set sets the knob of that word to what text means: one value, or several with
// commas between them. The error is a [quantity.InvalidError].
func (s *Settings) Set(word, text string) error {
	k, ok := Find(word)
	if !ok {
		return &UnknownError{word}
	}
	if before, again := s.given[word]; again {
		return quantity.Invalid(word, text, "given twice; before, it was "+prose.Quote(before.text))
	}
	values, err := k.values(text, s.open)
	if err != nil {
		return err
	}
	if s.given == nil {
		s.given = make(map[string]given)
	}
	s.given[word] = given{text, values}
	return nil
}

// Clone returns a copy of s, which can be set without changing s.
func (s *Settings) Clone() *Settings {
	return &Settings{given: maps.Clone(s.given), flows: slices.Clone(s.flows), own: slices.Clone(s.own), at: slices.Clone(s.at), every: slices.Clone(s.every), file: s.file, open: s.open}
}

// Given reports whether the knob of that word was set.
func (s *Settings) Given(word string) bool {
	_, ok := s.given[word]
	return ok
}

// Text is what the knob of that word was set to, as it was given; empty if it was
// not.
func (s *Settings) Text(word string) string { return s.given[word].text }

// Turned returns the knobs that were set, in the order of the table.
func (s *Settings) Turned() []Knob {
	var turned []Knob
	for _, k := range table {
		if s.Given(k.Word) {
			turned = append(turned, k)
		}
	}
	return turned
}

// Count is how many values the knob of that word was set to.
func (s *Settings) Count(word string) int { return len(s.given[word].values) }

// Several returns the first knob that was set to several values, if there is one.
func (s *Settings) Several() (Knob, bool) {
	for _, k := range s.Turned() {
		if len(s.given[k.Word].values) > 1 {
			return k, true
		}
	}
	return Knob{}, false
}

// Path is the name of the path: that of --path, or remote if there is an address of
// another computer, or sim.
func (s *Settings) Path() string {
	switch {
	case s.Given("path"):
		return s.Text("path")
	case s.Given("to"):
		return lab.Remote
	}
	return lab.Sim
}

// Experiments returns the experiments that the settings mean, all of them valid:
// one for every combination of values, and of each so many runs, whose seeds
// follow each other. The knob that comes last in the table changes fastest, and
// the seed faster still.
func (s *Settings) Experiments(runs int) ([]lab.Experiment, error) {
	n, at, err := s.Sweep(runs, MaxExperiments)
	if err != nil {
		return nil, err
	}
	es := make([]lab.Experiment, n)
	for i := range es {
		if es[i], err = at(i); err != nil {
			return nil, err
		}
	}
	return es, nil
}

// Sweep returns how many experiments the settings mean, and a function that makes the
// one at a place, from 0. More than most are an error. Their order is that of
// [Settings.Experiments].
func (s *Settings) Sweep(runs, most int) (n int, at func(place int) (lab.Experiment, error), err error) {
	if err := s.conflict(); err != nil {
		return 0, nil, err
	}
	turned := s.Turned()
	combinations := runs
	for _, k := range turned {
		combinations *= len(s.given[k.Word].values)
		if combinations > most {
			return 0, nil, fmt.Errorf("more than %d experiments in one call; give fewer values, or fewer --runs", most)
		}
	}
	return combinations, func(place int) (lab.Experiment, error) {
		e, err := s.experiment(turned, place/runs, combinations/runs)
		if err != nil {
			return e, err
		}
		if e.Seed > math.MaxUint64-uint64(runs-1) {
			return e, quantity.Invalid("seed", e.Seed, fmt.Sprintf("no %d --runs from there; the last seed is %d", runs, uint64(math.MaxUint64)))
		}
		e.Seed += uint64(place % runs)
		return e, nil
	}, nil
}

// experiment makes the experiment of that number, from 0, among so many combinations.
func (s *Settings) experiment(turned []Knob, number, combinations int) (lab.Experiment, error) {
	e := Start(s.Path())
	if err := s.besides(&e); err != nil {
		return e, err
	}
	texts := make(map[string]string)
	for _, k := range turned {
		values := s.given[k.Word].values
		combinations /= len(values)
		v := values[number/combinations%len(values)]
		k.set(&e, v.value)
		texts[k.Word] = v.text
	}
	if err := s.ownFlows(&e); err != nil {
		return e, err
	}
	s.changes(&e)
	settle(&e)
	s.carries(&e)
	// By default some packets are held back until others have passed. Without a
	// delay there is no room for that.
	if e.Out.Delay == 0 && !s.Given("reorder") {
		e.Out.Reorder.Share = 0
	}
	if strings.Count(e.To, ":") > 1 { // an IPv6 address
		e.IPv6 = true
	}
	err := cmp.Or(e.Validate(), spoken(&e))
	if invalid := new(quantity.InvalidError); errors.As(err, &invalid) {
		if text, ok := texts[invalid.Word]; ok && !s.many(invalid.Word) {
			invalid.Value = text
		}
	}
	return e, err
}

func (s *Settings) many(word string) bool {
	k, _ := Find(word)
	return k.Many
}

// An UnknownError says that there is no knob of a word.
type UnknownError struct{ Word string }

func (e *UnknownError) Error() string { return prose.Quote(e.Word) + ": unknown setting" }

// Keep applies the settings of what is kept to the experiments of a file.
func (s *Settings) Keep(es []lab.Experiment) error {
	for i := range es {
		for _, k := range s.Turned() {
			if k.Group == Kept {
				k.set(&es[i], s.given[k.Word].values[0].value)
			}
		}
		if err := cmp.Or(es[i].Validate(), spoken(&es[i])); err != nil {
			return err
		}
	}
	return nil
}
