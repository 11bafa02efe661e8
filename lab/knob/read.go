package knob

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/wire"
)

// An Opener reads the file of that name. Its error is the reason alone.
type Opener func(name string) ([]byte, error)

// MaxCarried is the longest value that may come from a file, in bytes as text: an
// experiment carries it along.
const MaxCarried = 1 << 20

// FromFiles lets values be read from files: @./NAME, or @ before any name with a slash.
func (s *Settings) FromFiles(open Opener) { s.open = open }

// readPart reads one value, or the file that it names.
func (k Knob) readPart(part string, open Opener) (any, error) {
	name, at := strings.CutPrefix(part, "@")
	switch {
	case !at || !k.Many && k.whole == nil:
		return k.read(part)
	case !strings.ContainsAny(name, `/\`):
		if k.whole != nil {
			return k.read(part)
		}
		return nil, fmt.Errorf("a file has a slash in its name; write @./%s", prose.Safe(name))
	case open == nil:
		return nil, errors.New("files are not read here")
	}
	data, err := open(name)
	if err != nil {
		return nil, err
	}
	var v any
	if k.whole != nil {
		v, err = k.whole(data)
	} else {
		v, err = k.entries(data)
	}
	if err != nil {
		return nil, err
	}
	e := lab.Experiment{Flows: []lab.Flow{{Transport: lab.TCP}, {Transport: lab.UDP}, {Transport: lab.Own}}}
	k.set(&e, v)
	if n := len(k.Text(e)); n > MaxCarried {
		return nil, fmt.Errorf("%d bytes even when shortened; an experiment carries up to %d", n, MaxCarried)
	}
	return v, nil
}

// entries reads a list from a file: entries separated by blanks, commas or line breaks,
// and comments from a # to the end of the line.
func (k Knob) entries(data []byte) (any, error) {
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("it is no text; a list has entries with commas, blanks or ends of lines between them")
	}
	var entries []any
	number := 0
	for line := range bytes.Lines(data) {
		number++
		text, _, _ := strings.Cut(string(line), "#")
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
			v, err := k.read(word)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", number, prose.Quote(word[:min(len(word), 40)]), err)
			}
			if entries = append(entries, v); len(entries) > wire.MaxListed {
				return nil, errTooMany
			}
		}
	}
	if len(entries) == 0 {
		return nil, errors.New("it has no entries")
	}
	return k.joined(entries)
}

var errTooMany = fmt.Errorf("too many; allowed %d", wire.MaxListed)

// joined makes one list of several, if it is not too long.
func (k Knob) joined(lists []any) (any, error) {
	n := 0
	for _, list := range lists {
		if n += reflect.ValueOf(list).Len(); n > wire.MaxListed {
			return nil, errTooMany
		}
	}
	return k.join(lists), nil
}
