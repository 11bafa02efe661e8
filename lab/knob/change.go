package knob

import (
	"encoding"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// AddChange adds a change of the wire in time, as people write it: 5s:loss=100%, or
// 5s:loss-back=100%.
func (s *Settings) AddChange(text string) error {
	if _, err := readTimed(text, new(wire.Change)); err != nil {
		return quantity.Invalid("at", text, err.Error())
	}
	s.at = append(s.at, text)
	return nil
}

// AddCycle adds what changes again and again, as people write it:
// 15s:delay=30ms 60ms 45ms.
func (s *Settings) AddCycle(text string) error {
	if _, err := readTimed(text, new(wire.Cycle)); err != nil {
		return quantity.Invalid("every", text, err.Error())
	}
	s.every = append(s.every, text)
	return nil
}

// Changes are the changes that were added, as they were written.
func (s *Settings) Changes() []string { return slices.Clone(s.at) }

// Cycles are the cycles that were added, as they were written.
func (s *Settings) Cycles() []string { return slices.Clone(s.every) }

// changes adds the changes and the cycles to the ways of e.
func (s *Settings) changes(e *lab.Experiment) {
	for _, text := range s.at {
		var c wire.Change
		if back, err := readTimed(text, &c); err == nil { // it was read before
			along(e, c.Word, back, func(way *wire.Shape) { way.At = append(way.At, c) })
		}
	}
	for _, text := range s.every {
		var c wire.Cycle
		if back, err := readTimed(text, &c); err == nil {
			along(e, c.Word, back, func(way *wire.Shape) { way.Every = append(way.Every, c) })
		}
	}
	for _, way := range []*wire.Shape{&e.Out, &e.Back} {
		slices.SortStableFunc(way.At, func(a, b wire.Change) int { return int(a.At - b.At) })
	}
}

// along calls do for each way that the knob of that word sets.
func along(e *lab.Experiment, word string, back bool, do func(way *wire.Shape)) {
	k, _ := Find(word)
	if !back {
		do(&e.Out)
	}
	if back || len(k.spots(e)) > 1 { // the knob is for both ways
		do(&e.Back)
	}
}

// readTimed reads a change or a cycle, and whether it is for the way back alone.
func readTimed(text string, into encoding.TextUnmarshaler) (back bool, err error) {
	when, what, ok := strings.Cut(text, ":")
	word, value, set := strings.Cut(what, "=")
	if !ok || !set {
		return false, into.UnmarshalText([]byte(text)) // which says what is missing
	}
	word, back = strings.CutSuffix(word, "-back")
	return back, into.UnmarshalText([]byte(when + ":" + word + "=" + value))
}
