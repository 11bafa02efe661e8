package lab

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"stones/lab/quantity"
)

// A Start is when a flow begins: at From, or at a moment up to To that the seed
// draws. The zero value is at once. As text it is 2s, or 0s-100ms.
type Start struct{ From, To time.Duration }

// At is when flow number n of a run begins.
func (s Start) At(seed uint64, n int) time.Duration {
	if s.To <= s.From {
		return s.From
	}
	dice := rand.New(rand.NewPCG(seed, uint64(n)))
	return s.From + time.Duration(dice.Int64N(int64(s.To-s.From)))
}

// Last is the latest moment at which the flow may begin.
func (s Start) Last() time.Duration { return max(s.From, s.To) }

func (s Start) String() string {
	if s.To <= s.From {
		return quantity.FormatDuration(s.From)
	}
	return quantity.FormatDuration(s.From) + "-" + quantity.FormatDuration(s.To)
}

// MarshalText writes the start as [Start.UnmarshalText] reads it.
func (s Start) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads 2s, or 0s-100ms.
func (s *Start) UnmarshalText(text []byte) error {
	from, to, several := strings.Cut(string(text), "-")
	read := func(text string) (time.Duration, error) {
		if text == "0" {
			return 0, nil
		}
		d, err := quantity.ParseDuration(text)
		if err == nil && (d < 0 || d > MaxTime) {
			err = errors.New(quantity.OutOfRange(time.Duration(0), MaxTime))
		}
		return d, err
	}
	first, err := read(from)
	if err != nil || !several {
		*s = Start{From: first}
		return err
	}
	last, err := read(to)
	if err == nil && last <= first {
		err = fmt.Errorf("ends before it begins; write the earlier moment first")
	}
	*s = Start{first, last}
	return err
}
