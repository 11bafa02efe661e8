package wire

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"stones/lab/quantity"
)

// A Share is a share of the packets.
type Share = quantity.Share

// Percent is one packet in a hundred.
const Percent = quantity.Percent

// whole is the share of all packets.
const whole = quantity.Whole

// Loss is how packets are lost: independently of each other, or in clumps. The zero value
// is no loss. Its text is "5%", or "gemodel P [R [1-H [1-K]]]".
type Loss struct {
	Random Share // of the packets, independently of each other
	Gemodel
}

// Gemodel is the model of Gilbert and Elliott, which loses packets in clumps: a Markov
// chain has a good and a bad state, each with a share of loss. The chain begins in the
// good state. After each packet's fate is decided, it may change its state. The zero value
// is no loss.
//
// Its text is that of tc-netem, with the same defaults: R is 100% - P, which
// is random loss again, all are lost in the bad state, and none in the good.
type Gemodel struct {
	P    Share // from good to bad, with each packet
	R    Share // from bad to good; a clump is 1/R packets long
	Bad  Share // lost in the bad state; tc's 1-H
	Good Share // lost in the good state; tc's 1-K
}

// Mean is the share that is lost in the long run.
func (l Loss) Mean() Share {
	if l.P+l.R == 0 { // the chain stays where it begins
		return l.Random + l.Good
	}
	return l.Random + (l.P*l.Bad+l.R*l.Good)/(l.P+l.R)
}

func (l Loss) String() string {
	m := l.Gemodel
	switch {
	case m == (Gemodel{}):
		return l.Random.String()
	case m.Good > 0:
		return fmt.Sprintf("gemodel %v %v %v %v", m.P, m.R, m.Bad, m.Good)
	case m.Bad < whole:
		return fmt.Sprintf("gemodel %v %v %v", m.P, m.R, m.Bad)
	}
	return fmt.Sprintf("gemodel %v %v", m.P, m.R)
}

// MarshalText writes the loss as it is read.
func (l Loss) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a share or a gemodel.
func (l *Loss) UnmarshalText(text []byte) error {
	const model = "gemodel"
	words := strings.Split(string(text), " ")
	if len(words) == 1 && words[0] != model {
		var random Share
		err := random.UnmarshalText(text)
		if err == nil {
			*l = Loss{Random: random}
		}
		return err
	}
	if words[0] != model {
		if len(words) == 2 && new(Share).UnmarshalText([]byte(words[0])) == nil {
			return errors.New("correlated loss is not offered: tc's generator loses far less than is asked, 0.2% for 5% 25%; write gemodel P R for loss in clumps")
		}
		return errors.New(quantity.NotShare + ", or gemodel P [R [1-H [1-K]]]")
	}
	if len(words) < 2 || len(words) > 5 {
		return errors.New("not a gemodel; write gemodel P [R [1-H [1-K]]], e.g. gemodel 1% 25%")
	}
	var shares [4]Share
	for i, word := range words[1:] {
		if err := shares[i].UnmarshalText([]byte(word)); err != nil {
			return fmt.Errorf("%q: %w", word, err)
		}
	}
	m := Gemodel{P: shares[0], R: shares[1], Bad: shares[2], Good: shares[3]}
	if len(words) < 3 {
		m.R = whole - m.P
	}
	if len(words) < 4 {
		m.Bad = whole
	}
	*l = Loss{Gemodel: m}
	return nil
}

// Jitter is what is added to the delay of each packet. Its text is "5ms", or
// "5ms:normal".
type Jitter struct {
	Max    time.Duration // uniform from -Max to +Max, or the standard deviation
	Normal bool          // nearly normal: the sum of twelve uniform draws, which stays within 6 deviations and never makes a delay negative
}

const normalJitter = ":normal"

func (j Jitter) String() string {
	if j.Normal {
		return quantity.FormatDuration(j.Max) + normalJitter
	}
	return quantity.FormatDuration(j.Max)
}

// MarshalText writes the jitter as it is read.
func (j Jitter) MarshalText() ([]byte, error) { return []byte(j.String()), nil }

// UnmarshalText reads a jitter.
func (j *Jitter) UnmarshalText(text []byte) error {
	length, normal := strings.CutSuffix(string(text), normalJitter)
	d, err := quantity.ParseDuration(length)
	switch {
	case err != nil:
		return err
	case d < 0:
		return errors.New("out of range; allowed 0s to the delay")
	}
	*j = Jitter{Max: d, Normal: normal}
	return nil
}

// Reorder holds a share of the packets back at the far end until By later ones have
// passed, so that this share is reordered as RFC 4737 counts it. A packet that no other
// passes for one more delay comes out then. Its text is "1%", or "1%:3".
type Reorder struct {
	Share Share
	By    int // 0 means 2
}

const defaultBy = 2

func (r Reorder) String() string {
	if r.By == 0 {
		return r.Share.String()
	}
	return fmt.Sprintf("%v:%d", r.Share, r.By)
}

// MarshalText writes the reordering as it is read.
func (r Reorder) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a reordering.
func (r *Reorder) UnmarshalText(text []byte) error {
	share, by, cut := strings.Cut(string(text), ":")
	var v Reorder
	if err := v.Share.UnmarshalText([]byte(share)); err != nil {
		return err
	}
	if cut {
		n, err := quantity.ParseDecimal(by, 1)
		if err != nil || n < 1 || n > MaxBy {
			return fmt.Errorf("not a number of packets: %q; write 1%%:2 to let 2 pass; allowed 1 to %d", by, MaxBy)
		}
		v.By = int(n)
	}
	*r = v
	return nil
}

// Hold holds one stone back: its first copy stays at the far end until By later packets
// have passed, or until no packet has passed for one more delay. Its text is "50:3".
type Hold struct {
	Stone uint64 // from 1
	By    int    // 0 means not at all
}

func (h Hold) String() string { return fmt.Sprintf("%d:%d", h.Stone, h.By) }

// MarshalText writes the stone and the packets that pass it.
func (h Hold) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a stone and the packets that pass it.
func (h *Hold) UnmarshalText(text []byte) error {
	stone, by, _ := strings.Cut(string(text), ":")
	n, errStone := quantity.ParseDecimal(stone, 1)
	k, errBy := quantity.ParseDecimal(by, 1)
	if errStone != nil || errBy != nil || n < 1 || k > MaxBy {
		return fmt.Errorf("not a stone and a number of packets; write 50:3 to let 3 pass stone 50; allowed 0 to %d", MaxBy)
	}
	*h = Hold{Stone: uint64(n), By: int(k)}
	return nil
}

// Bandwidth is in bits a second, of packets with their headers. The zero value
// is no limit. Its text is "10Mbit", and "unlimited" for no limit.
type Bandwidth int64

// Units of bandwidth.
const (
	Bit  Bandwidth = 1
	Kbit           = 1000 * Bit
	Mbit           = 1000 * Kbit
	Gbit           = 1000 * Mbit
)

// unlimited is the text of no limit.
const unlimited = "unlimited"

func (b Bandwidth) String() string {
	if b == 0 {
		return unlimited
	}
	return quantity.FormatBitRate(int64(b))
}

// MarshalText writes the bandwidth in the largest unit that fits.
func (b Bandwidth) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a bandwidth in bits or bytes; the unit is required.
func (b *Bandwidth) UnmarshalText(text []byte) error {
	if string(text) == unlimited {
		*b = 0
		return nil
	}
	n, err := quantity.ParseBitRate(string(text))
	switch {
	case errors.Is(err, quantity.ErrNoUnit):
		return errors.New("add a unit, e.g. 10Mbit; " + quantity.BitRateUnits)
	case errors.Is(err, quantity.ErrUnit) || errors.Is(err, quantity.ErrNotNumber):
		return fmt.Errorf("not a bandwidth; write 10Mbit or %s; %s", unlimited, quantity.BitRateUnits)
	case errors.Is(err, quantity.ErrLarge) || err == nil && (n < 1 || Bandwidth(n) > MaxBandwidth):
		return errors.New(quantity.OutOfRange(Bit, MaxBandwidth))
	case err != nil:
		return err
	}
	*b = Bandwidth(n)
	return nil
}
