package number_test

import (
	"errors"
	"fmt"
	"testing"

	"stones/lab/number"
)

func TestParse(t *testing.T) {
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
		{"0.05", 10, 0, number.ErrFine},
		{"0.0000000001", 1_000_000_000, 0, number.ErrFine},
		{"9223372036854775807", 2, 0, number.ErrLarge},
		{"", 1, 0, number.ErrNotNumber},
		{"1.", 1, 0, number.ErrNotNumber},
		{".5", 10, 0, number.ErrNotNumber},
		{"-1", 1, 0, number.ErrNotNumber},
		{"1e3", 1, 0, number.ErrNotNumber},
		{"１", 1, 0, number.ErrNotNumber},
	} {
		got, err := number.Parse(tt.in, tt.unit)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("Parse(%q, %d) = %d, %v; want %d, %v", tt.in, tt.unit, got, err, tt.want, tt.err)
		}
	}
}

func ExampleFormat() {
	parts, err := number.Parse("1.25", 1_000_000)
	fmt.Println(parts, err, number.Format(parts, 1_000_000))
	// Output: 1250000 <nil> 1.25
}
