package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// Params are the parameters that follow a protocol's name: words with a value, like
// window=8.
type Params []Param

// A Param is one of them.
type Param struct{ Word, Value string }

// String writes them as people do.
func (ps Params) String() string {
	var words []string
	for _, p := range ps {
		words = append(words, p.Word+"="+p.Value)
	}
	return strings.Join(words, " ")
}

// Parse splits a protocol's text at its spaces, into the name and the parameters.
func Parse(text string) (name string, params Params, err error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return "", nil, fmt.Errorf("begins with a protocol's name, or a program's; stones protocol lists those there are")
	}
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(word, "=")
		switch {
		case strings.ContainsAny(key, `/\`):
			return "", nil, fmt.Errorf("%s: a program's file has no blanks in its name, nor has its folder", prose.Quote(word))
		case !ok || key == "" || value == "":
			return "", nil, fmt.Errorf("%s: write a word, an equals sign and a value, e.g. window=8", prose.Quote(word))
		case slices.ContainsFunc(params, func(p Param) bool { return p.Word == key }):
			return "", nil, fmt.Errorf("%s given twice", prose.Quote(key))
		}
		params = append(params, Param{key, value})
	}
	return words[0], params, nil
}

// without returns ps without the parameter of that word, and its value.
func (ps Params) without(word string) (rest Params, value string) {
	for _, p := range ps {
		if p.Word == word {
			value = p.Value
		} else {
			rest = append(rest, p)
		}
	}
	return rest, value
}

// A reader takes parameters one by one, and keeps the first error.
type reader struct {
	left  Params
	known []string
	err   error
}

// whole takes a whole number from least to most.
func (r *reader) whole(word string, usual, least, most int) int {
	r.known = append(r.known, word)
	rest, value := r.left.without(word)
	r.left = rest
	if value == "" {
		return usual
	}
	n, err := strconv.Atoi(value)
	if (err != nil || n < least || n > most) && r.err == nil {
		r.err = fmt.Errorf("%s %s: allowed %d to %d", word, prose.Quote(value), least, most)
	}
	return n
}

// length takes a duration that a timer can run for.
func (r *reader) length(word string, usual time.Duration) time.Duration {
	r.known = append(r.known, word)
	rest, value := r.left.without(word)
	r.left = rest
	if value == "" {
		return usual
	}
	d, err := time.ParseDuration(value)
	if (err != nil || d < MinAfter || d > MaxAfter) && r.err == nil {
		r.err = fmt.Errorf("%s %s: not a time with a unit from %s to %s, e.g. %s", word, prose.Quote(value),
			quantity.FormatDuration(MinAfter), quantity.FormatDuration(MaxAfter), quantity.FormatDuration(usual))
	}
	return d
}

// end returns the first error: a wrong value, or a word that nobody took.
func (r *reader) end() error {
	if r.err == nil && len(r.left) > 0 {
		word := r.left[0].Word
		if near, ok := prose.Nearest(word, r.known); ok {
			return fmt.Errorf("unknown word %s; did you mean %s?", prose.Quote(word), near)
		}
		return fmt.Errorf("unknown word %s; allowed %s", prose.Quote(word), strings.Join(r.known, ", "))
	}
	return r.err
}
