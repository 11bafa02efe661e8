package pace

import (
	"errors"
	"fmt"
	"strings"

	"stones/lab/quantity"
)

// A Pattern is how stones are spread in time. All have the same mean rate. The
// zero value is steady: one stone every gap. Its text is "steady", "poisson" or
// "burst:10".
type Pattern struct {
	Poisson bool // the gaps are random and independent, as if many threw one stone each
	Burst   int  // this many at once, and then none until the next burst is due; 0 and 1 are steady
}

const burst = "burst:"

func (p Pattern) String() string {
	switch {
	case p.Poisson:
		return "poisson"
	case p.Burst != 0:
		return fmt.Sprint(burst, p.Burst)
	}
	return "steady"
}

// MarshalText writes the pattern as it is read.
func (p Pattern) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a pattern.
func (p *Pattern) UnmarshalText(text []byte) error {
	switch word := string(text); word {
	case "steady":
		*p = Pattern{}
	case "poisson":
		*p = Pattern{Poisson: true}
	default:
		amount, ok := strings.CutPrefix(word, burst)
		n, err := quantity.ParseDecimal(strings.TrimPrefix(amount, "-"), 1)
		switch {
		case !ok || errors.Is(err, quantity.ErrNotNumber) || errors.Is(err, quantity.ErrFine):
			return errors.New("not a pattern; write steady, poisson or burst:10")
		case errors.Is(err, quantity.ErrLarge) || amount[0] == '-' || n < 1 || n > MaxCount:
			return errors.New(quantity.OutOfRange(Pattern{Burst: 1}, Pattern{Burst: MaxCount}))
		}
		*p = Pattern{Burst: int(n)}
	}
	return nil
}
