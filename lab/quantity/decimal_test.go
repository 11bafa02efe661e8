package quantity_test

import (
	"errors"
	"fmt"
	"testing"

	"stones/lab/quantity"
)

func TestParseDecimal(t *testing.T) {
	for _, tt := range []struct {
		in   string
		unit int64
		want int64
		err  error
	}{
		{"12", 1, 12, nil},
		{"0.5", 1000, 500, nil},
		{"1.6", 1_000_000, 1_600_000, nil},
		{"1.500", 10, 15, nil},
		{"0.05", 10, 0, quantity.ErrFine},
		{"0.0000000001", 1_000_000_000, 0, quantity.ErrFine},
		{"9223372036854775807", 2, 0, quantity.ErrLarge},
		{"", 1, 0, quantity.ErrNotNumber},
		{"1.", 1, 0, quantity.ErrNotNumber},
		{".5", 10, 0, quantity.ErrNotNumber},
		{"-1", 1, 0, quantity.ErrNotNumber},
		{"1e3", 1, 0, quantity.ErrNotNumber},
		{"１", 1, 0, quantity.ErrNotNumber},
	} {
		got, err := quantity.ParseDecimal(tt.in, tt.unit)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseDecimal(%q, %d) = %d, %v; want %d, %v", tt.in, tt.unit, got, err, tt.want, tt.err)
		}
	}
}

func ExampleFormatDecimal() {
	parts, err := quantity.ParseDecimal("1.25", 1_000_000)
	fmt.Println(parts, err, quantity.FormatDecimal(parts, 1_000_000))
	// Output: 1250000 <nil> 1.25
}
