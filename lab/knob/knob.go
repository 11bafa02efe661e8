// Package knob holds every setting of an experiment once: its word, its place in
// the JSON, how it is read and written, its limits, what it needs of a path and
// what it cannot be combined with. Flags, sweeps, lessons, files and reports all
// ask here.
//
// A new knob is an entry in table.go, the field that it sets, and its explanation in
// the glossary. What a setting of the whole experiment needs of a path is known to
// package lab, see [lab.NeedOf]; the knob asks there.
package knob

import (
	"slices"
	"strings"

	"stones/lab"
)

// A Knob is one setting of an experiment.
type Knob struct {
	Word    string   // the flag's name without dashes
	Letter  string   // the short flag; empty means none
	Base    string   // the word of which this one is a variant, such as loss for loss-back; or its own
	Variant Variant  // how it varies from that
	Group   Group    // what it is about
	Needs   lab.Need // what it needs of a path
	Switch  bool     // it is on or off, and needs no value
	Single  bool     // it has one value, so that there are no sweeps over it
	Many    bool     // commas stand between the entries of its one value
	Choices []string // its values, if they are a few words
	Example string   // a value that makes a difference

	read  func(text string) (value any, err error)
	join  func(values []any) any                   // makes one value of several entries
	whole func(data []byte) (value any, err error) // reads a file that is one value, and no list of entries
	set   func(e *lab.Experiment, value any)
	spots func(e *lab.Experiment) []spot
	own   func(f *lab.Flow) string // the value of a single flow, empty if it has none; nil if no flow can have one
}

// A spot is where a knob's value stands in an experiment: in the JSON, as a
// pointer by RFC 6901, and as text.
type spot struct {
	place, text string
	flow        string // whose value it is; empty means that of all
}

// A Group is what knobs are about.
type Group int

// The groups of knobs, in the order in which they are shown.
const (
	Stones  Group = iota // what is thrown
	Way                  // what happens on the way
	Ends                 // the sockets of both ends
	Catcher              // how the catcher catches
	Far                  // another computer
	Overall              // the experiment as a whole
	Kept                 // what is kept of it
)

// A Variant is how a knob differs from the one it is a variant of.
type Variant string

// The variants.
const (
	Plain   Variant = ""
	OverTCP Variant = "tcp"  // sets the flows over TCP only
	OverUDP Variant = "udp"  // sets the flows over UDP only
	OverOwn Variant = "own"  // sets the flows that have a protocol of their own only
	Back    Variant = "back" // sets the way back only
)

// Split returns the transport whose flows a variant sets, empty if it sets all, and
// whether it sets the way back only.
func (v Variant) Split() (transport string, back bool) {
	if v == Back {
		return "", true
	}
	return strings.CutSuffix(string(v), "-"+string(Back))
}

// Find returns the knob of that word.
func Find(word string) (Knob, bool) {
	i := slices.IndexFunc(table, func(k Knob) bool { return k.Word == word })
	if i < 0 {
		return Knob{}, false
	}
	return table[i], true
}

// Words returns the words of all knobs, in the order of the table.
func Words() []string {
	var words []string
	for _, k := range table {
		words = append(words, k.Word)
	}
	return words
}

// Text writes the knob's value in e as it is read. It is empty where nothing was
// chosen, and where e has nothing that the knob could set.
func (k Knob) Text(e lab.Experiment) string {
	if spots := k.spots(&e); len(spots) > 0 {
		return spots[0].text
	}
	return ""
}

// Of writes the knob's value for the flow of that name in e, like [Knob.Text].
func (k Knob) Of(e *lab.Experiment, flow string) string {
	if f := e.Flow(flow); k.own != nil && f != nil && k.own(f) != "" {
		return k.own(f)
	}
	for _, s := range k.spots(e) {
		if s.flow == "" || s.flow == flow {
			return s.text
		}
	}
	return ""
}

// Sets reports whether e has anything that the knob could set: a flow over the
// transport that it is about.
func (k Knob) Sets(e lab.Experiment) bool { return len(k.spots(&e)) > 0 }

// Places returns where the knob's value stands in the JSON of e, as pointers by
// RFC 6901.
func (k Knob) Places(e lab.Experiment) []string {
	var places []string
	for _, s := range k.spots(&e) {
		places = append(places, s.place)
	}
	return places
}

// Default is the knob's default value, as it is read. It is empty where nothing is the
// default.
func (k Knob) Default() string {
	text := k.Text(Start(lab.Sim))
	if text == k.Text(Nothing()) {
		return ""
	}
	return text
}

// Set sets the knob in e to the value that text means.
func (k Knob) Set(e *lab.Experiment, text string) error {
	values, err := k.values(text, nil)
	if err != nil {
		return err
	}
	k.set(e, values[0].value)
	return nil
}
