package quantity_test

import (
	"errors"
	"fmt"
	"testing"

	"stones/lab/quantity"
)

func TestParseSize(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want int64
	}{
		{"0", 0}, {"4096", 4096}, {"1B", 1}, {"64kB", 64_000}, {"64KiB", 65_536}, {"1MB", 1_000_000}, {"1MiB", 1 << 20}, {"1GiB", 1 << 30}, {"1.5MB", 1_500_000}, {"0.5KiB", 512},
	} {
		if got, err := quantity.ParseSize(tt.in); got != tt.want || err != nil {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", tt.in, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ in, err string }{
		{"", "not a number"},
		{"kB", "not a number"},
		{"kB1", "not a number"},
		{"+1", "not a number"},
		{"1 kB", "unknown unit"},
		{"1TB", "unknown unit"},
		{"1.5", "too many decimals"},
		{"-1kB", "too large"},
		{"9223372036854775808", "too large"},
		{"99999999999GB", "too large"},
		{"1kb", "write 1kB (1000) or 1KiB (1024)"},
		{"1kbyte", "write 1kB (1000) or 1KiB (1024)"},
		{"64K", "write 64kB (64000) or 64KiB (65536)"},
		{"64k", "write 64kB (64000) or 64KiB (65536)"},
		{"1.5m", "write 1.5MB (1500000) or 1.5MiB (1572864)"},
		{"2mib", "write 2MiB (2097152)"},
	} {
		if got, err := quantity.ParseSize(tt.in); err == nil || err.Error() != tt.err {
			t.Errorf("ParseSize(%q) = %d, %v; want %s", tt.in, got, err, tt.err)
		}
	}
}

func TestParseBitRate(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want int64
		err  error
	}{
		{"10Mbit", 10 * quantity.Mbit, nil},
		{"10Mbit/s", 10 * quantity.Mbit, nil},
		{"2MB", 16 * quantity.Mbit, nil},
		{"1.000000001Gbit", quantity.Gbit + 1, nil},
		{"10", 0, quantity.ErrNoUnit},
		{"10x", 0, quantity.ErrUnit},
		{"Mbit", 0, quantity.ErrNotNumber},
		{"-5Mbit", 0, quantity.ErrLarge},
		{"1.5bit", 0, quantity.ErrNotBits},
	} {
		if got, err := quantity.ParseBitRate(tt.in); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseBitRate(%q) = %d, %v; want %d, %v", tt.in, got, err, tt.want, tt.err)
		}
	}
}

func ExampleParseSize() {
	n, err := quantity.ParseSize("64KiB")
	fmt.Println(n, err)
	_, err = quantity.ParseSize("64K")
	fmt.Println(err)
	// Output:
	// 65536 <nil>
	// write 64kB (64000) or 64KiB (65536)
}
