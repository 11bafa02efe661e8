package document

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/quantity"
)

// Marshal writes v, a [lab.Document] or a part of one, as indented JSON. The same
// value gives the same bytes. Durations are text, like "20ms".
func Marshal(v any) ([]byte, error) { return marshal(v, jsontext.WithIndent("  ")) }

// MarshalWithin writes v as [Marshal] does, indented for a place depth levels deep in
// another value, without a line break behind it.
func MarshalWithin(depth int, v any) ([]byte, error) {
	data, err := marshal(v, jsontext.WithIndent("  "), jsontext.WithIndentPrefix(strings.Repeat("  ", depth)))
	return bytes.TrimSuffix(data, []byte("\n")), err
}

// Compact writes v as [Marshal] does, on one line.
func Compact(v any) ([]byte, error) { return marshal(v, jsontext.Multiline(false)) }

// marshal writes v, and a line break behind it.
func marshal(v any, layouts ...jsontext.Options) ([]byte, error) {
	layout := json.JoinOptions(layouts...)
	if doc, ok := v.(lab.Document); ok {
		doc.Format = lab.Format
		v = doc
	}
	whys := make(reasons)
	data, err := json.Marshal(v,
		json.Deterministic(true),
		json.WithMarshalers(json.JoinMarshalers(
			json.MarshalFunc(func(d time.Duration) ([]byte, error) {
				return strconv.AppendQuote(nil, quantity.FormatDuration(d)), nil
			}),
			json.MarshalToFunc(whys.figure),
			json.MarshalToFunc(whys.outcome),
		)),
		jsontext.AllowInvalidUTF8(true), // in what an operating system says; it becomes U+FFFD
		layout,
	)
	if err == nil {
		data, err = whys.into(data, layout)
	}
	if err != nil {
		return nil, fmt.Errorf("document: write JSON: %w", err)
	}
	return append(data, '\n'), nil
}

// reasons are the reasons of the members of objects, by the JSON pointer of the object.
type reasons map[jsontext.Pointer][]reason

// A reason is the reason of one member.
type reason struct {
	member string
	why    lab.Reason
}

// figure writes a figure and notes the reason of one that has no value.
func (r reasons) figure(enc *jsontext.Encoder, f lab.Figure) error {
	if f.Known() {
		return enc.WriteValue([]byte(f.String()))
	}
	at := enc.StackPointer() // of the member's name
	object := at.Parent()
	r[object] = append(r[object], reason{at.LastToken(), f.Why})
	return enc.WriteToken(jsontext.Null)
}

// outcome notes which counts of an outcome are 0 by design.
func (r reasons) outcome(enc *jsontext.Encoder, o lab.Outcome) error {
	object := enc.StackPointer()
	if kind, n := enc.StackIndex(enc.StackDepth()); kind == '[' { // the pointer is still at the element before
		if n > 0 {
			object = object.Parent()
		}
		object = object.AppendToken(strconv.FormatInt(n, 10))
	}
	for _, name := range o.Always0() {
		r[object] = append(r[object], reason{name, lab.Reason{Kind: lab.ByDesign}})
	}
	return errors.ErrUnsupported // marshal it as usual
}

// into writes the reasons into the objects of data.
func (r reasons) into(data []byte, layout jsontext.Options) ([]byte, error) {
	if len(r) == 0 {
		return data, nil
	}
	var b bytes.Buffer
	unique := jsontext.AllowDuplicateNames(true) // they were checked when data was written
	dec := jsontext.NewDecoder(bytes.NewReader(data), unique)
	enc := jsontext.NewEncoder(&b, layout, unique)
	var objects []jsontext.Pointer // those that are open
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return bytes.TrimSuffix(b.Bytes(), []byte("\n")), endOf(err)
		}
		switch token.Kind() { //nolint:exhaustive // the others are copied
		case '{':
			objects = append(objects, dec.StackPointer())
		case '}':
			last := len(objects) - 1
			if err := write(enc, r[objects[last]]); err != nil {
				return nil, err
			}
			objects = objects[:last]
		}
		if err := enc.WriteToken(token); err != nil {
			return nil, err
		}
	}
}

// write writes reasons as the member "why" of an object.
func write(enc *jsontext.Encoder, list []reason) error {
	if len(list) == 0 {
		return nil
	}
	tokens := []jsontext.Token{jsontext.String(why), jsontext.BeginObject}
	for _, one := range list {
		tokens = append(tokens, jsontext.String(one.member), jsontext.String(one.why.String()))
	}
	for _, token := range append(tokens, jsontext.EndObject) {
		if err := enc.WriteToken(token); err != nil {
			return err
		}
	}
	return nil
}

// why is the name of the member that holds the reasons of the others.
const why = "why"
