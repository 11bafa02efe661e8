package pace

import (
	"encoding/json"
	"testing"
	"time"
)

func TestRateText(t *testing.T) {
	const (
		notInStones = "out of range; allowed 0.000001/s to 1000000000/s"
		notInBits   = "out of range; allowed 1bit to 1000Gbit"
	)
	for _, tt := range []struct {
		in   string
		want Rate
		text string // how it is written, or the error
	}{
		{"200", StonesPerSecond(200), "200/s"},
		{"200/s", StonesPerSecond(200), "200/s"},
		{"0.5", Rate{stones, 500_000}, "0.5/s"},
		{"0.000001", Rate{stones, 1}, "0.000001/s"},
		{"33.333333/s", Rate{stones, 33_333_333}, "33.333333/s"},
		{"1000000000", Rate{stones, maxStones}, "1000000000/s"},
		{"1.6Mbit", BitsPerSecond(1_600_000), "1.6Mbit"},
		{"1.6Mbit/s", BitsPerSecond(1_600_000), "1.6Mbit"},
		{"1600kbit", BitsPerSecond(1_600_000), "1.6Mbit"},
		{"500kbit", BitsPerSecond(500_000), "500kbit"},
		{"64bit", BitsPerSecond(64), "64bit"},
		{"1Gbit", BitsPerSecond(1e9), "1Gbit"},
		{"1.000000001Gbit", BitsPerSecond(1_000_000_001), "1.000000001Gbit"},
		{"2MB", BitsPerSecond(16_000_000), "16Mbit"},
		{"2.5kB", BitsPerSecond(20_000), "20kbit"},
		{"1GB", BitsPerSecond(8e9), "8Gbit"},
		{"3B", BitsPerSecond(24), "24bit"},
		{"1Tbit", BitsPerSecond(1e12), "1000Gbit"},
		{"max", Max(), "max"},

		{"10M", Rate{}, "bits or bytes? write 10Mbit or 10MB"},
		{"1.5k", Rate{}, "bits or bytes? write 1.5kbit or 1.5kB"},
		{"10x", Rate{}, notRate},
		{"abc", Rate{}, notRate},
		{"", Rate{}, notRate},
		{"/s", Rate{}, notRate},
		{"Mbit", Rate{}, notRate},
		{"max/s", Rate{}, notRate},
		{"MAX", Rate{}, notRate},
		{" 200", Rate{}, notRate},
		{"200 ", Rate{}, notRate},
		{"1 Mbit", Rate{}, notRate},
		{"1e3", Rate{}, notRate},
		{"1_000", Rate{}, notRate},
		{"0x10", Rate{}, notRate},
		{"+200", Rate{}, notRate},
		{".5", Rate{}, notRate},
		{"5.", Rate{}, notRate},
		{"1.2.3", Rate{}, notRate},
		{"２００", Rate{}, notRate},
		{"10mbit", Rate{}, notRate},
		{"0", Rate{}, notInStones},
		{"0.0", Rate{}, notInStones},
		{"-5", Rate{}, notInStones},
		{"1000000000.1", Rate{}, notInStones},
		{"18446744073709551616", Rate{}, notInStones},
		{"NaN", Rate{}, notInStones},
		{"Inf", Rate{}, notInStones},
		{"0bit", Rate{}, notInBits},
		{"-5Mbit", Rate{}, notInBits},
		{"999Tbit", Rate{}, notInBits},
		{"18446744073709551616bit", Rate{}, notInBits},
		{"200.1234567", Rate{}, "too fine; a rate has up to 6 decimals"},
		{"0.5bit", Rate{}, "not a whole number of bits a second"},
	} {
		var got Rate
		err := got.UnmarshalText([]byte(tt.in))
		if err != nil {
			if err.Error() != tt.text || got != (Rate{}) || tt.want != (Rate{}) {
				t.Errorf("%q = %v, %v; want %v, %s", tt.in, got, err, tt.want, tt.text)
			}
			continue
		}
		if text, err := got.MarshalText(); got != tt.want || err != nil || string(text) != tt.text {
			t.Errorf("%q = %+v, written %s, %v; want %+v, %s", tt.in, got, text, err, tt.want, tt.text)
		}
	}
}

func TestRateInOtherUnits(t *testing.T) {
	for _, tt := range []struct {
		rate         Rate
		size         int
		stones, bits int64
	}{
		{StonesPerSecond(200), 1000, 200_000_000, 1_600_000},
		{BitsPerSecond(1_600_000), 1000, 200_000_000, 1_600_000},
		{BitsPerSecond(1_000_000), 3000, 41_666_666, 1_000_000},
		{Rate{stones, 1}, 100, 1, 0},
		{Rate{stones, maxStones}, 1 << 20, maxStones, 1e9 * 8 << 20},
		{BitsPerSecond(maxBits), 32, 3_906_250_000_000_000, maxBits},
		{Max(), 100, 0, 0},
		{Rate{}, 100, 0, 0},
	} {
		if s, b := tt.rate.Stones(tt.size), tt.rate.Bits(tt.size); s != tt.stones || b != tt.bits {
			t.Errorf("%v of %d bytes is %d millionths of a stone and %d bits; want %d, %d", tt.rate, tt.size, s, b, tt.stones, tt.bits)
		}
	}
}

func TestPatternText(t *testing.T) {
	const (
		notPattern = "not a pattern; write steady, poisson or burst:10"
		notInRange = "out of range; allowed burst:1 to burst:100000000"
	)
	for _, tt := range []struct {
		in   string
		want Pattern
		text string // how it is written, or the error
	}{
		{"steady", Pattern{}, "steady"},
		{"poisson", Pattern{Poisson: true}, "poisson"},
		{"burst:10", Pattern{Burst: 10}, "burst:10"},
		{"burst:1", Pattern{Burst: 1}, "burst:1"},
		{"", Pattern{}, notPattern},
		{"Steady", Pattern{}, notPattern},
		{"burst", Pattern{}, notPattern},
		{"burst:", Pattern{}, notPattern},
		{"burst:-", Pattern{}, notPattern},
		{"burst:1.5", Pattern{}, notPattern},
		{"burst:１", Pattern{}, notPattern},
		{"burst:0", Pattern{}, notInRange},
		{"burst:-1", Pattern{}, notInRange},
		{"burst:100000001", Pattern{}, notInRange},
		{"burst:99999999999999999999", Pattern{}, notInRange},
	} {
		var got Pattern
		err := got.UnmarshalText([]byte(tt.in))
		if err != nil {
			if err.Error() != tt.text || tt.want != (Pattern{}) {
				t.Errorf("%q = %v, %v; want %v, %s", tt.in, got, err, tt.want, tt.text)
			}
			continue
		}
		if text, err := got.MarshalText(); got != tt.want || err != nil || string(text) != tt.text {
			t.Errorf("%q = %+v, written %s, %v; want %+v, %s", tt.in, got, text, err, tt.want, tt.text)
		}
	}
}

// A plan that is written and read again is the same; what is not set is left
// out.
func TestPlanAsJSON(t *testing.T) {
	for _, tt := range []struct {
		plan Plan
		want string
	}{
		{Plan{Count: 1000, Size: 100, Rate: StonesPerSecond(200)}, `{"count":1000,"size":100,"rate":"200/s"}`},
		{Plan{Time: time.Second, Size: 32, Rate: Max()}, `{"time":1000000000,"size":32,"rate":"max"}`},
		{Plan{Count: 1, Size: 32, Rate: BitsPerSecond(64), Pattern: Pattern{Burst: 10}}, `{"count":1,"size":32,"rate":"64bit","pattern":"burst:10"}`},
		{Plan{}, `{}`},
	} {
		text, err := json.Marshal(tt.plan)
		if err != nil || string(text) != tt.want {
			t.Errorf("Marshal(%+v) = %s, %v; want %s", tt.plan, text, err, tt.want)
		}
		var again Plan
		if err := json.Unmarshal(text, &again); err != nil || again != tt.plan {
			t.Errorf("Unmarshal(%s) = %+v, %v; want %+v", text, again, err, tt.plan)
		}
	}
}

// What is read is written so that it is read the same again, and a schedule can
// be made of it.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"200", "200/s", "0.5", "1.6Mbit", "2MB", "10M", "max", "NaN", "-5", "1e3", "２００", "steady", "poisson", "burst:10", "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var r, again Rate
		if err := r.UnmarshalText([]byte(in)); err != nil {
			if r != (Rate{}) {
				t.Errorf("%q is an error and left %v", in, r)
			}
		} else {
			text, _ := r.MarshalText()
			if err := again.UnmarshalText(text); err != nil || again != r {
				t.Errorf("%q is %v, written %q and read as %v, %v", in, r, text, again, err)
			}
			if err := (Plan{Count: 1, Size: 100, Rate: r}).Validate(); err != nil {
				t.Errorf("%q is read, but %v", in, err)
			}
		}
		var p, sameP Pattern
		if p.UnmarshalText([]byte(in)) == nil {
			text, _ := p.MarshalText()
			if err := sameP.UnmarshalText(text); err != nil || sameP != p {
				t.Errorf("%q is %v, written %q and read as %v, %v", in, p, text, sameP, err)
			}
		}
	})
}
