package knob

import (
	"errors"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// AddChange adds a change of the wire in time, as people write it: 5s:loss=100%, or
// 5s:loss-back=100%.
func (s *Settings) AddChange(text string) error {
	if _, _, err := readChange(text); err != nil {
		return quantity.Invalid("at", text, err.Error())
	}
	s.at = append(s.at, text)
	return nil
}

// Changes are the changes that were added, as they were written.
func (s *Settings) Changes() []string { return slices.Clone(s.at) }

// changes sets what changes when, on both ways.
func (s *Settings) changes(e *lab.Experiment) {
	for _, text := range s.at {
		c, back, err := readChange(text)
		if err != nil {
			continue // it was read before
		}
		k, _ := Find(c.Word)
		if !back {
			e.Out.At = append(e.Out.At, c)
		}
		if back || len(k.spots(e)) > 1 { // the knob is for both ways
			e.Back.At = append(e.Back.At, c)
		}
	}
	for _, way := range []*wire.Shape{&e.Out, &e.Back} {
		slices.SortStableFunc(way.At, func(a, b wire.Change) int { return int(a.At - b.At) })
	}
}

// readChange reads a change, and whether it is one of the way back alone.
func readChange(text string) (c wire.Change, back bool, err error) {
	when, what, ok := strings.Cut(text, ":")
	word, value, set := strings.Cut(what, "=")
	if !ok || !set {
		return c, false, errors.New("not a change; write when and what, as in 5s:loss=100%")
	}
	word, back = strings.CutSuffix(word, "-back")
	err = c.UnmarshalText([]byte(when + ":" + word + "=" + value))
	return c, back, err
}
