package wire

import (
	"errors"
	"math/bits"
	"strings"
	"time"

	"stones/lab/quantity"
)

// A Bucket is a token bucket: it fills at a rate up to a burst, and a packet takes as many
// tokens as it has bits. Its text is 5Mbit:64kB. The zero value is no bucket.
type Bucket struct {
	Rate  Bandwidth
	Burst int // bytes
}

// MaxBurst is the largest burst in bytes.
const MaxBurst = 1 << 30

func (b Bucket) String() string {
	if b == (Bucket{}) {
		return noBucket
	}
	return b.Rate.String() + ":" + quantity.FormatSize(int64(b.Burst))
}

// valid reports whether it is no bucket, or one within the limits.
func (b Bucket) valid() bool {
	return b == Bucket{} || b.Rate > 0 && b.Rate <= MaxBandwidth && b.Burst >= MinMTU && b.Burst <= MaxBurst
}

// noBucket is the text of no bucket.
const noBucket = "none"

// MarshalText writes the bucket as it is read.
func (b Bucket) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a bucket.
func (b *Bucket) UnmarshalText(text []byte) error {
	if string(text) == noBucket {
		*b = Bucket{}
		return nil
	}
	const form = "write a rate and a burst, e.g. 5Mbit:64kB; or " + noBucket
	rate, burst, ok := strings.Cut(string(text), ":")
	if !ok {
		return errors.New("not a bucket; " + form)
	}
	var v Bucket
	if err := v.Rate.UnmarshalText([]byte(rate)); err != nil {
		return err
	}
	if v.Rate == 0 {
		return errors.New("not a bucket: its rate is not limited; " + form)
	}
	n, err := quantity.ParseSize(burst)
	if _, unit := quantity.CutUnit(burst); err != nil || unit == "" {
		return errors.New("not a burst in bytes; " + form)
	}
	if n < MinMTU || n > MaxBurst {
		return errors.New(quantity.OutOfRange(MinMTU, MaxBurst) + " bytes of burst")
	}
	v.Burst = int(n)
	*b = v
	return nil
}

// tokens are the state of a bucket in use. It is full at first.
type tokens struct {
	rate uint64 // bits a second
	most uint64 // bits
	have uint64
	rest uint64        // of a bit, in billionths
	at   time.Duration // when it was filled last
}

// newTokens returns a full bucket, or nil for no bucket.
func newTokens(b Bucket) *tokens {
	if b.Rate == 0 {
		return nil
	}
	most := 8 * uint64(b.Burst)
	return &tokens{rate: uint64(b.Rate), most: most, have: most}
}

// fill adds the tokens of the time until now.
func (t *tokens) fill(now time.Duration) {
	if now <= t.at {
		return
	}
	hi, lo := bits.Mul64(uint64(now-t.at), t.rate)
	lo, carry := bits.Add64(lo, t.rest, 0)
	more, rest := bits.Div64(hi+carry, lo, uint64(time.Second))
	t.at, t.have, t.rest = now, t.have+more, rest
	if t.have >= t.most {
		t.have, t.rest = t.most, 0
	}
}

// take takes the tokens of a packet, if there are enough.
func (t *tokens) take(now time.Duration, size int) bool {
	t.fill(now)
	need := 8 * uint64(size)
	if t.have < need {
		return false
	}
	t.have -= need
	return true
}

// wait returns when there are enough tokens for a packet, and takes them then. A packet
// that is larger than the bucket waits for a full bucket, and leaves it empty.
func (t *tokens) wait(now time.Duration, size int) time.Duration {
	t.fill(now)
	need := min(8*uint64(size), t.most)
	if t.have < need {
		// The first nanosecond at which the missing tokens are there.
		hi, lo := bits.Mul64(need-t.have, uint64(time.Second))
		lo, borrow := bits.Sub64(lo, t.rest, 0)
		ns, rest := bits.Div64(hi-borrow, lo, t.rate)
		if rest > 0 {
			ns++
		}
		now = max(now, t.at) + time.Duration(ns)
		t.fill(now)
	}
	t.have -= need
	return now
}
