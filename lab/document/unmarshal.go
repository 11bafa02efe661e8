package document

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/quantity"
)

// Unmarshal reads into v what [Marshal] wrote. Fields that v does not have are errors.
// For untrusted input there is [Experiments].
func Unmarshal(data []byte, v any) error {
	joined, err := rejoin(data)
	switch invalid := new(jsontext.SyntacticError); {
	case errors.As(err, &invalid) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		// unmarshal below finds the same error.
	case err != nil:
		return fmt.Errorf("document: read JSON: %w", err)
	default:
		data = joined
	}
	if err := unmarshal(data, v); err != nil {
		return fmt.Errorf("document: read JSON: %w", err)
	}
	return nil
}

func unmarshal(data []byte, v any) error {
	return json.Unmarshal(data, v,
		json.RejectUnknownMembers(true),
		json.WithUnmarshalers(json.JoinUnmarshalers(
			json.UnmarshalFunc(func(value []byte, d *time.Duration) error {
				var text string
				err := json.Unmarshal(value, &text)
				if err == nil {
					*d, err = quantity.ParseDuration(text)
				}
				return err
			}),
			json.UnmarshalFunc(func(value []byte, f *lab.Figure) error {
				*f = lab.Figure{}
				if jsontext.Value(value).Kind() != '"' {
					return json.Unmarshal(value, &f.Value)
				}
				var text string
				err := json.Unmarshal(value, &text)
				f.Why = lab.ParseReason(text)
				return err
			}),
		)),
	)
}

// rejoin returns data with each reason in the place of its null. It reads the text
// once, however deep it is.
func rejoin(data []byte) ([]byte, error) {
	j := joiner{text: data, dec: jsontext.NewDecoder(bytes.NewBuffer(data))}
	if err := j.value(); err != nil {
		return nil, err
	}
	if _, err := j.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return data, err // text follows the end
	}
	slices.SortFunc(j.edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	out := make([]byte, 0, 2*len(data))
	at := 0
	for _, e := range j.edits {
		out = append(append(out, data[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, data[at:]...), nil
}

// A joiner gathers the edits of a text.
type joiner struct {
	text  []byte
	dec   *jsontext.Decoder
	edits []edit
}

// An edit replaces the bytes from one offset up to another.
type edit struct {
	from, to int
	text     []byte
}

// at is the offset behind what was read last.
func (j *joiner) at() int { return int(j.dec.InputOffset()) }

// value reads one value.
func (j *joiner) value() error {
	token, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() { //nolint:exhaustive // the others have nothing in them
	case '{':
		return j.object()
	case '[':
		for j.dec.PeekKind() != ']' {
			if err := j.value(); err != nil {
				return err
			}
		}
		_, err = j.dec.ReadToken()
	}
	return err
}

// object reads what follows the brace of an object.
func (j *joiner) object() error {
	nulls := make(map[string]int) // where each ends
	var whys map[string]string
	for first := true; j.dec.PeekKind() != '}'; first = false {
		before := j.at()
		token, err := j.dec.ReadToken()
		if err != nil {
			return err
		}
		switch name := token.String(); {
		case name == why:
			if whys, err = j.whys(); err == nil {
				j.cut(before, first)
			}
		case j.dec.PeekKind() == 'n':
			err = j.value()
			nulls[name] = j.at()
		default:
			err = j.value()
		}
		if err != nil {
			return err
		}
	}
	for name, reason := range whys {
		if end, ok := nulls[name]; ok {
			text, _ := jsontext.AppendQuote(nil, reason)
			j.edits = append(j.edits, edit{end - len("null"), end, text})
		}
	}
	_, err := j.dec.ReadToken()
	return err
}

// whys reads the reasons of an object.
func (j *joiner) whys() (map[string]string, error) {
	value, err := j.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	var whys map[string]string
	err = json.Unmarshal(value, &whys)
	return whys, err
}

// cut removes the member that was read last, with the comma before it, or the comma
// behind it if it is the first.
func (j *joiner) cut(from int, first bool) {
	to := j.at()
	if behind := bytes.TrimLeft(j.text[to:], " \t\r\n"); first && bytes.HasPrefix(behind, []byte(",")) {
		to = len(j.text) - len(behind) + 1
	}
	j.edits = append(j.edits, edit{from, to, nil})
}

// endOf returns nil for the end of the text, and any other error as it is.
func endOf(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
