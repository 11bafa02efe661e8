package knob

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// A flowWord is one of the words that say what a single flow is like. Its value is
// read and written as that of the knob of the same name. A bare one has none.
type flowWord struct {
	word string
	set  func(f *lab.Flow, text string) error
	bare bool
}

// flowWords returns all of them. Those of a plan are its knobs'.
func flowWords() []flowWord {
	words := []flowWord{
		{word: "name", set: func(f *lab.Flow, text string) error { f.Name = text; return nil }},
		{word: "start", set: func(f *lab.Flow, text string) error { return f.Start.UnmarshalText([]byte(text)) }},
		{word: "stop", set: func(f *lab.Flow, text string) (err error) {
			f.Plan.Count = 0
			f.Plan.Time, err = During(lab.MinTime, lab.MaxTime).Read(text)
			return err
		}},
		{word: "congestion", set: func(f *lab.Flow, text string) error { f.Congestion = text; return nil }},
		{word: "extra-delay", set: func(f *lab.Flow, text string) (err error) {
			f.ExtraDelay, err = During(0, lab.MaxDelay).Read(text)
			return err
		}},
		{word: "reverse", set: func(f *lab.Flow, _ string) error { f.Reverse = true; return nil }, bare: true},
	}
	for i, list := range new(lab.Flow).Listed() {
		words = append(words, flowWord{word: list.Word, set: func(f *lab.Flow, text string) (err error) {
			*f.Listed()[i].Places, err = readNumbers(text)
			return err
		}})
	}
	for _, k := range stones() {
		if k.Variant != Plain || k.Word == "start" || k.Word == "say" {
			continue
		}
		words = append(words, flowWord{word: k.Word, set: func(f *lab.Flow, text string) error {
			v, err := k.read(text)
			if err != nil {
				return err
			}
			one := lab.Experiment{Flows: []lab.Flow{*f}}
			k.set(&one, v)
			*f = one.Flows[0]
			return nil
		}})
	}
	return words
}

// AddFlow adds a single flow, as people write it: a transport, and words like rate=max.
// The knobs for all flows set what it leaves out.
func (s *Settings) AddFlow(text string) error {
	if _, err := readFlow(Nothing(), text); err != nil {
		return quantity.Invalid("flow", text, err.Error())
	}
	s.flows = append(s.flows, text)
	return nil
}

// Flows are the flows that were added, as they were written.
func (s *Settings) Flows() []string { return slices.Clone(s.flows) }

// ownFlows replaces the flows of e by those that were added.
func (s *Settings) ownFlows(e *lab.Experiment) error {
	if len(s.flows) == 0 {
		return nil
	}
	var flows []lab.Flow
	count := make(map[string]int)
	for _, text := range s.flows {
		f, err := readFlow(*e, text)
		if err != nil {
			return quantity.Invalid("flow", text, err.Error())
		}
		count[f.Name]++
		flows = append(flows, f)
	}
	for i, number := 0, make(map[string]int); i < len(flows); i++ {
		f := &flows[i]
		if count[f.Name] > 1 && f.Name == f.Transport { // nobody named them
			number[f.Transport]++
			f.Name = fmt.Sprintf("%s-%d", f.Transport, number[f.Transport])
		}
	}
	for _, f := range e.Flows {
		if f.Transport == lab.Own {
			flows = append(flows, f)
		}
	}
	e.Flows, e.Together = flows, len(flows) > 1
	return nil
}

// readFlow reads a flow, and takes from e what it leaves out.
func readFlow(e lab.Experiment, text string) (lab.Flow, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return lab.Flow{}, errors.New("begins with a transport, e.g. tcp rate=max start=2s")
	}
	if _, ok := lab.FindTransport(words[0]); !ok {
		return lab.Flow{}, fmt.Errorf("%s is no transport; allowed %s", prose.Quote(words[0]), strings.Join(lab.TransportNames(), ", "))
	}
	f := lab.Over(words[0], e.Flows[0].Plan)
	if of := e.Flow(words[0]); of != nil {
		f = *of
	}
	known := flowWords()
	seen := make(map[string]bool)
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(word, "=")
		at := slices.IndexFunc(known, func(w flowWord) bool { return w.word == key })
		switch {
		case at < 0:
			return f, errors.New(unknownWord(key, known))
		case known[at].bare && ok:
			return f, fmt.Errorf("%s takes no value", key)
		case !known[at].bare && value == "":
			return f, fmt.Errorf("%s needs a value behind an equals sign", key)
		case seen[key]:
			return f, fmt.Errorf("%s given twice", key)
		}
		seen[key] = true
		if err := known[at].set(&f, value); err != nil {
			return f, fmt.Errorf("%s %s: %w", key, prose.Quote(value), err)
		}
	}
	return f, stopping(&f, seen)
}

// stopping sets when the flow stops: of a count and a time the one that was given
// counts, and stop, which counts from the start of the experiment, becomes a time of
// the flow.
func stopping(f *lab.Flow, seen map[string]bool) error {
	if seen["time"] && !seen["count"] {
		f.Plan.Count = 0
	}
	if seen["count"] && !seen["time"] {
		f.Plan.Time = 0
	}
	if !seen["stop"] {
		return nil
	}
	if seen["count"] || seen["time"] {
		return errors.New("stop, count and time each say when to stop")
	}
	f.Plan.Time -= f.Start.From
	if f.Plan.Time < lab.MinTime {
		return fmt.Errorf("stops before it has thrown for %s", quantity.FormatDuration(lab.MinTime))
	}
	return nil
}

// unknownWord says that there is no such word, and names the nearest one.
func unknownWord(word string, known []flowWord) string {
	var names []string
	for _, w := range known {
		names = append(names, w.word)
	}
	if best, near := prose.Nearest(word, names); near {
		return fmt.Sprintf("unknown word %s; did you mean %s?", prose.Quote(word), best)
	}
	return fmt.Sprintf("unknown word %s; allowed %s", prose.Quote(word), strings.Join(names, ", "))
}
