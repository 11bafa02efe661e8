package quantity

import (
	"errors"
	"fmt"
	"strings"
)

// A Share of a whole, in billionths: 10,000,000 is 1 %. Its text is in percent
// and exact: "5%", "0.25%", with up to seven decimals.
type Share int64

// Percent is one part in a hundred, and Whole is all of it.
const (
	Percent Share = 10_000_000
	Whole         = 100 * Percent
)

// NotShare is why a value that is below nothing or above the whole is invalid.
const NotShare = "not a share; allowed 0% to 100%"

func (s Share) String() string { return FormatDecimal(int64(s), int64(Percent)) + "%" }

// MarshalText writes the share in percent.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a share in percent; the sign is required.
func (s *Share) UnmarshalText(text []byte) error {
	amount, signed := strings.CutSuffix(string(text), "%")
	n, err := ParseDecimal(amount, int64(Percent))
	switch {
	case errors.Is(err, ErrFine):
		return errors.New(NotShare + ", with up to 7 decimals")
	case err != nil || n > int64(Whole):
		return errors.New(NotShare)
	case !signed:
		return fmt.Errorf("%s; write %v", NotShare, Share(n))
	}
	*s = Share(n)
	return nil
}
