package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// An Outage is a period in which every packet that comes to the wire is lost. Packets that
// are already on the wire or in its queue go on. Its text is 5s-7s; the end is not part of
// it.
type Outage struct{ From, To time.Duration }

// MaxMoment is the latest moment at which a wire may change.
const MaxMoment = 24 * time.Hour

func (o Outage) String() string {
	return quantity.FormatDuration(o.From) + "-" + quantity.FormatDuration(o.To)
}

// MarshalText writes the outage as it is read.
func (o Outage) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads an outage.
func (o *Outage) UnmarshalText(text []byte) error {
	from, to, _ := strings.Cut(string(text), "-")
	first, errFrom := moment(from)
	last, errTo := moment(to)
	switch {
	case errFrom != nil || errTo != nil:
		return errors.New("not an outage; write when it begins and ends, as in 5s-7s")
	case last <= first:
		return errors.New("ends before it begins; write the earlier moment first")
	}
	*o = Outage{first, last}
	return nil
}

// moment reads a time from 0 to MaxMoment.
func moment(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	d, err := quantity.ParseDuration(text)
	if err == nil && (d < 0 || d > MaxMoment) {
		err = errors.New(quantity.OutOfRange(time.Duration(0), MaxMoment))
	}
	return d, err
}

// out reports whether there is an outage at a time.
func (s Shape) out(now time.Duration) bool {
	return slices.ContainsFunc(s.Outage, func(o Outage) bool { return o.From <= now && now < o.To })
}

// A Change sets one property of a shape at a time. It affects packets that enter the wire
// from then on, and packets that a managed queue sends from then on. Packets that already
// have their turn on the link, or are on the way, go on as before. Its text is
// 5s:loss=100%.
type Change struct {
	At    time.Duration
	Word  string // one of [ChangeWords]
	Value string // as the flag of that word takes it
}

// setters are the properties that a change can set, by their words.
func setters() []struct {
	word string
	at   func(s *Shape) any
} {
	return []struct {
		word string
		at   func(s *Shape) any
	}{
		{"loss", func(s *Shape) any { return &s.Loss }},
		{"delay", func(s *Shape) any { return &s.Delay }},
		{"jitter", func(s *Shape) any { return &s.Jitter }},
		{"bandwidth", func(s *Shape) any { return &s.Bandwidth }},
		{"queue", func(s *Shape) any { return &s.Queue }},
		{"reorder", func(s *Shape) any { return &s.Reorder }},
		{"duplicate", func(s *Shape) any { return &s.Duplicate }},
		{"corrupt", func(s *Shape) any { return &s.Corrupt }},
		{"mtu", func(s *Shape) any { return &s.MTU }},
	}
}

// ChangeWords are the words for the properties that can change.
func ChangeWords() []string {
	var words []string
	for _, s := range setters() {
		words = append(words, s.word)
	}
	return words
}

func (c Change) String() string {
	return quantity.FormatDuration(c.At) + ":" + c.Word + "=" + c.Value
}

// MarshalText writes the change as it is read.
func (c Change) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a change.
func (c *Change) UnmarshalText(text []byte) error {
	when, what, ok := strings.Cut(string(text), ":")
	word, value, set := strings.Cut(what, "=")
	if !ok || !set || value == "" {
		return errors.New("not a change; write when and what, as in 5s:loss=100%")
	}
	at, err := moment(when)
	if err != nil {
		return err
	}
	if !slices.Contains(ChangeWords(), word) {
		if best, near := prose.Nearest(word, ChangeWords()); near {
			return fmt.Errorf("%s cannot change; did you mean %s?", prose.Quote(word), best)
		}
		return fmt.Errorf("%s cannot change; allowed %s", prose.Quote(word), strings.Join(ChangeWords(), ", "))
	}
	one := Change{at, word, value}
	if err := one.apply(new(Shape)); err != nil {
		return fmt.Errorf("%s %s: %w", word, prose.Quote(value), err)
	}
	*c = one
	return nil
}

// apply makes the change to a shape. An error says why the value is not allowed.
func (c Change) apply(s *Shape) error {
	for _, set := range setters() {
		if set.word != c.Word {
			continue
		}
		switch v := set.at(s).(type) {
		case *Queue:
			return v.relimit(c.Value)
		case interface{ UnmarshalText(text []byte) error }:
			return v.UnmarshalText([]byte(c.Value))
		case *time.Duration:
			d, err := quantity.ParseDuration(c.Value)
			*v = d
			return err
		case *int:
			n, err := quantity.ParseDecimal(c.Value, 1)
			if err != nil || n > MaxMTU {
				return errors.New("not a number of bytes; " + quantity.OutOfRange(MinMTU, MaxMTU))
			}
			*v = int(n)
			return nil
		}
	}
	return nil
}
