package document

import (
	"bytes"
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// Limits of a document that is read. What [Marshal] writes keeps within them, unless it
// has very many results, or the stones are kept one by one.
const (
	maxDocument = 16 << 20 // bytes
	maxDepth    = 8        // objects and lists within each other
	maxText     = 256      // bytes of one text in an experiment
)

// An Error says where a document is wrong, and how.
type Error struct {
	Line, Column int // from 1; columns are counted in characters
	What         string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.What)
}

// Unmarked is the text without the byte order mark before it, if there is one.
func Unmarked(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// Experiments reads the experiments of a [lab.Document], as far as is needed to run
// them again.
//
// It reads at most 16 MiB and trusts nothing: whatever does not have the exact form of
// an experiment, or is invalid ([lab.Experiment.Validate]), is an [Error]. The other
// members of a result are skipped.
func Experiments(r io.Reader) ([]lab.Experiment, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, fmt.Errorf("document: read experiments: %w", err)
	}
	d := document{data: data}
	if len(data) > maxDocument {
		return nil, d.wrong(maxDocument, "more than 16 MiB; keep fewer results in a file, or leave out --per-stone and --packets")
	}
	d.data = Unmarked(data)
	if len(bytes.TrimSpace(d.data)) == 0 {
		return nil, d.wrong(0, "empty; expected the results that --format json writes")
	}
	ended := false
	err = d.walk(0, d.data, func(_, depth int, _ jsontext.Token) string {
		switch {
		case ended:
			return "something stands behind the end"
		case depth > maxDepth:
			return fmt.Sprintf("nested more than %d deep", maxDepth)
		}
		ended = depth == 0
		return ""
	})
	if err != nil {
		return nil, err
	}
	return d.read()
}

// A document is the text that is being read. Offsets are in bytes.
type document struct {
	data []byte
}

// wrong returns the error that says what is wrong at offset at.
func (d *document) wrong(at int, format string, args ...any) error {
	before := d.data[:min(at, len(d.data))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return &Error{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: 1 + utf8.RuneCount(before[line:]),
		What:   fmt.Sprintf(format, args...),
	}
}

// walk visits every token of part, which begins at offset base. Visit gets the
// token's offset and depth, and says what is wrong with it.
func (d *document) walk(base int, part []byte, visit func(at, depth int, token jsontext.Token) string) error {
	dec := jsontext.NewDecoder(bytes.NewReader(part))
	for {
		at := next(dec, part)
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return d.explain(base, err)
		}
		if what := visit(base+at, dec.StackDepth(), token); what != "" {
			return d.wrong(base+at, "%s", what)
		}
	}
}

// next returns the offset of the token that dec will read from data.
func next(dec *jsontext.Decoder, data []byte) int {
	rest := data[dec.InputOffset():]
	return len(data) - len(bytes.TrimLeft(rest, " \t\r\n,:"))
}

// read reads the document's outer two levels.
func (d *document) read() ([]lab.Experiment, error) {
	var experiments []lab.Experiment
	seen := make(map[string]bool)
	err := d.members(0, d.data, func(name string, nameAt, at int, value jsontext.Value) error {
		seen[name] = true
		switch name {
		case "stones":
			return d.version(at, value)
		case "format":
			return d.format(at, value)
		case "results":
			return d.elements(at, value, func(at int, value jsontext.Value) error {
				e, err := d.result(at, value)
				experiments = append(experiments, e)
				return err
			})
		default:
			return d.wrong(nameAt, "%s", unknown(name, fieldNames(reflect.TypeFor[lab.Document]())))
		}
	})
	switch {
	case err != nil:
		return nil, err
	case !seen["stones"]:
		return nil, d.wrong(0, `no field "stones": not the results that --format json writes`)
	case !seen["format"]:
		return nil, d.wrong(0, `no field "format": written in format 1; this program reads format %d`, lab.Format)
	case len(experiments) == 0:
		return nil, d.wrong(0, `no experiment in "results"`)
	}
	return experiments, nil
}

// version rejects what is not a version of the program.
func (d *document) version(at int, value jsontext.Value) error {
	var text string
	if value.Kind() != '"' || json.Unmarshal(value, &text) != nil {
		return d.wrong(at, "expected a version, e.g. %q, found %s", "0.1.0", found(value.Kind()))
	}
	return nil
}

// format rejects any format but [lab.Format].
func (d *document) format(at int, value jsontext.Value) error {
	number, err := strconv.Atoi(string(value))
	if err != nil || number < 1 {
		return d.wrong(at, "format: expected a whole number from 1, found %s", prose.Quote(string(value[:min(len(value), 64)])))
	}
	if number != lab.Format {
		return d.wrong(at, "written in format %d; this program reads format %d", number, lab.Format)
	}
	return nil
}

// result reads the experiment of the result at offset base.
func (d *document) result(base int, value jsontext.Value) (e lab.Experiment, err error) {
	there := false
	err = d.members(base, value, func(name string, nameAt, at int, value jsontext.Value) error {
		if name != "experiment" {
			return nil
		}
		there = true
		e, err = d.experiment(at, value)
		return err
	})
	if err == nil && !there {
		err = d.wrong(base, `a result without the field "experiment"`)
	}
	return e, err
}

// experiment reads the experiment at offset base, strictly.
func (d *document) experiment(base int, value jsontext.Value) (e lab.Experiment, err error) {
	if err := d.walk(base, value, vet); err != nil {
		return e, err
	}
	if err := unmarshal(value, &e); err != nil {
		return e, d.explain(base, err)
	}
	if err := e.Validate(); err != nil {
		at := base
		if invalid := new(quantity.InvalidError); errors.As(err, &invalid) {
			at += offsetOf(e, value, invalid.Word)
		}
		return e, d.wrong(at, "%s", err)
	}
	return e, nil
}

// vet says what is wrong with a token of an experiment, wherever it stands.
func vet(_, _ int, token jsontext.Token) string {
	switch token.Kind() { //nolint:exhaustive // the other kinds are allowed
	case 'n':
		return "null is no value; leave the field out"
	case '0':
		if text := token.String(); text[0] == '-' {
			return text[:min(len(text), 64)] + ": no number of an experiment is negative"
		}
	case '"':
		text := token.String()
		if len(text) > maxText {
			return fmt.Sprintf("text of %d bytes; allowed are %d", len(text), maxText)
		}
		for _, r := range text {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				return fmt.Sprintf("text with the invisible character %U", r)
			}
		}
	}
	return ""
}

// members visits the members of the object at offset base. Visit gets the
// offsets of the name and of the value.
func (d *document) members(base int, object jsontext.Value, visit func(name string, nameAt, at int, value jsontext.Value) error) error {
	return d.inside(base, object, '{', func(dec *jsontext.Decoder) error {
		nameAt := next(dec, object)
		name, err := dec.ReadToken()
		if err != nil {
			return d.explain(base, err)
		}
		text := name.String() // before the decoder reuses its buffer
		at := next(dec, object)
		value, err := dec.ReadValue()
		if err != nil {
			return d.explain(base, err)
		}
		return visit(text, base+nameAt, base+at, value)
	})
}

// elements visits the elements of the list at offset base.
func (d *document) elements(base int, list jsontext.Value, visit func(at int, value jsontext.Value) error) error {
	return d.inside(base, list, '[', func(dec *jsontext.Decoder) error {
		at := next(dec, list)
		value, err := dec.ReadValue()
		if err != nil {
			return d.explain(base, err)
		}
		return visit(base+at, value)
	})
}

// inside calls each for what stands inside the object or list at offset base,
// until it ends.
func (d *document) inside(base int, outer jsontext.Value, kind jsontext.Kind, each func(*jsontext.Decoder) error) error {
	dec := jsontext.NewDecoder(bytes.NewReader(outer))
	at := base + next(dec, outer)
	open, err := dec.ReadToken()
	if err != nil {
		return d.explain(base, err)
	}
	if open.Kind() != kind {
		return d.wrong(at, "expected %s, found %s", found(kind), found(open.Kind()))
	}
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		if err := each(dec); err != nil {
			return err
		}
	}
	return nil
}

// explain turns an error of the JSON library about the text at offset base into one
// that names the place in the document.
func (d *document) explain(base int, err error) error {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at := base + int(syntactic.ByteOffset)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return d.wrong(at, "ends in the middle")
		case errors.Is(err, jsontext.ErrDuplicateName):
			return d.wrong(at, "repeated field %s", prose.Quote(syntactic.JSONPointer.LastToken()))
		}
		return d.wrong(at, "%v", syntactic.Err)
	}
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return fmt.Errorf("document: read experiments: %w", err)
	}
	at := base + int(semantic.ByteOffset)
	name := cmp.Or(semantic.JSONPointer.LastToken(), "experiment")
	value := d.data[min(at, len(d.data)):]
	want := expected(semantic.GoType)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return d.wrong(at, "%s", unknown(name, fieldNames(semantic.GoType)))
	case errors.Is(err, strconv.ErrRange):
		return d.wrong(at, "%s %s: too large", name, number(value))
	case errors.Is(err, strconv.ErrSyntax):
		return d.wrong(at, "%s: expected %s, found %s", name, want, number(value))
	case semantic.JSONKind == '"' && want == text && semantic.Err != nil:
		return d.wrong(at, "%s %s: %v", name, prose.Quote(firstString(value)), semantic.Err)
	}
	return d.wrong(at, "%s: expected %s, found %s", name, want, found(semantic.JSONKind))
}

// number returns the JSON number at the start of data, at most 64 bytes of it.
func number(data []byte) string {
	rest := bytes.TrimLeft(data, "+-.0123456789eE")
	n := data[:len(data)-len(rest)]
	if len(n) > 64 {
		return string(n[:64]) + "…"
	}
	return string(n)
}

// firstString returns the JSON string at the start of data.
func firstString(data []byte) (s string) {
	if token, err := jsontext.NewDecoder(bytes.NewReader(data)).ReadToken(); err == nil {
		s = token.String()
	}
	return s
}

// unknown says that there is no field of that name, and names the nearest one.
func unknown(name string, known []string) string {
	what := "unknown field " + prose.Quote(name)
	if best, near := prose.Nearest(name, known); near {
		what += fmt.Sprintf("; did you mean %q?", best)
	}
	return what
}

// fieldNames returns the names that the fields of struct t have in JSON.
func fieldNames(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case options == "embed":
			names = append(names, fieldNames(field.Type)...)
		case name != "" && name != "-":
			names = append(names, name)
		}
	}
	return names
}

// text is the kind of value that JSON writes as a string.
const text = "text"

// expected names the JSON in which a value of type t is written.
func expected(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[time.Duration]() || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return text
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Struct, reflect.Map:
		return found('{')
	case reflect.Slice, reflect.Array:
		return found('[')
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	default:
		return text
	}
}

// found names the kind of a JSON value.
func found(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't':
		return "true"
	case 'f':
		return "false"
	case '"':
		return text
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	default:
		return "something else"
	}
}

// offsetOf returns where in an experiment the value stands that a flag of the
// given name sets; 0 if it is not there.
func offsetOf(e lab.Experiment, experiment jsontext.Value, word string) int {
	name := strings.ReplaceAll(word, "-", "_")
	var places []string
	if way, ok := strings.CutSuffix(name, "_back"); ok {
		places = []string{"/back/" + way}
	} else {
		places = []string{"/" + name, "/out/" + name}
		transport, rest, ok := strings.Cut(name, "_")
		for i, f := range e.Flows {
			switch {
			case ok && transport == f.Transport:
				places = append(places, fmt.Sprintf("/flows/%d/%s", i, rest))
			default:
				places = append(places, fmt.Sprintf("/flows/%d/%s", i, name))
			}
		}
	}
	dec := jsontext.NewDecoder(bytes.NewReader(experiment))
	for {
		at := next(dec, experiment)
		if _, err := dec.ReadToken(); err != nil {
			return 0
		}
		kind, index := dec.StackIndex(dec.StackDepth())
		if isValue := kind != '{' || index%2 == 0; isValue && slices.Contains(places, string(dec.StackPointer())) {
			return at
		}
	}
}
