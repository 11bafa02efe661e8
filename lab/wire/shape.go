package wire

import (
	"fmt"
	"slices"
	"time"

	"stones/lab/quantity"
)

// A Shape is what a wire is like. It is plain data: flags fill it in, lessons
// store it. The zero value is a perfect wire: no delay, no loss and no limit.
type Shape struct {
	Delay    time.Duration `json:"delay,omitzero"` // from end to end, for every packet
	Jitter   Jitter        `json:"jitter,omitzero"`
	Overtake bool          `json:"overtake,omitzero"` // jitter lets packets pass each other

	Loss        Loss    `json:"loss,omitzero"`
	Drop        Numbers `json:"drop,omitzero"`         // the stones whose first copies are lost
	DropEvery   int     `json:"drop_every,omitzero"`   // n loses the first copies of stones n, 2n, 3n ...; 0 means none
	DropPackets Numbers `json:"drop_packets,omitzero"` // the packets that are lost, whatever is in them: 1 is the sender's first on this wire

	Reorder      Reorder `json:"reorder,omitzero"`
	ReorderEarly Share   `json:"reorder_early,omitzero"` // of the packets, which skip the delay, as in netem's reordering
	Hold         []Hold  `json:"hold,omitzero"`

	Duplicate Share `json:"duplicate,omitzero"` // of the packets that are not lost
	Corrupt   Share `json:"corrupt,omitzero"`   // of the packets, of which one bit is flipped

	Bandwidth Bandwidth `json:"bandwidth,omitzero"`
	Trace     Trace     `json:"trace,omitzero"`   // when the link may send; Bandwidth is then its mean
	Queue     Queue     `json:"queue,omitzero"`   // before the link or the shaper; without both there is no queue
	Policer   Bucket    `json:"policer,omitzero"` // drops packets for which it has no tokens, before the queue
	Shaper    Bucket    `json:"shaper,omitzero"`  // delays packets until it has tokens for them, before the link
	Outage    []Outage  `json:"outage,omitzero"`  // in the order of time, without overlaps
	At        []Change  `json:"at,omitzero"`      // single changes, in the order of time
	Every     []Cycle   `json:"every,omitzero"`   // repeated changes

	MTU int `json:"mtu,omitzero"` // largest packet in bytes, headers included; 0 means no limit
}

// Limits of what a shape may ask for.
const (
	MaxDelay     = 10 * time.Minute
	MaxBandwidth = 1000 * Gbit
	MaxQueue     = 1_000_000_000 // packets, or bytes
	MaxChanges   = 10_000        // of a wire, outages among them
	MaxBy        = 1_000_000     // packets that a held one waits for
	MinMTU       = 68            // bytes that every link must carry (RFC 791 section 3.2)
	MaxMTU       = 65535         // bytes: the largest length in an IPv4 header
)

// HasLink reports whether the wire has a bandwidth or a shaper, so that packets may have
// to wait for their turn.
func (s Shape) HasLink() bool { return s.Bandwidth != 0 || s.Shaper != Bucket{} }

// Validate returns a [quantity.InvalidError] for the first field that is out of range or
// cannot be combined with another one.
func (s Shape) Validate() error {
	for _, share := range []struct {
		word  string
		value Share
	}{
		{"loss", s.Loss.Random},
		{"loss", s.Loss.P},
		{"loss", s.Loss.R},
		{"loss", s.Loss.Bad},
		{"loss", s.Loss.Good},
		{"reorder", s.Reorder.Share},
		{"reorder-early", s.ReorderEarly},
		{"duplicate", s.Duplicate},
		{"corrupt", s.Corrupt},
	} {
		if share.value < 0 || share.value > whole {
			return quantity.Invalid(share.word, share.value, quantity.NotShare)
		}
	}
	none := Shape{}
	late := s.Reorder.Share > 0 || len(s.Hold) > 0
	switch {
	case s.Delay < 0 || s.Delay > MaxDelay:
		return quantity.Invalid("delay", s.Delay, quantity.OutOfRange(0*time.Second, MaxDelay))
	case s.Jitter.Max < 0 || s.Jitter.Max > s.Delay:
		return quantity.Invalid("jitter", s.Jitter, quantity.OutOfRange(0*time.Second, s.Delay)+", the delay")
	case s.Loss.Random > 0 && s.Loss.Gemodel != none.Loss.Gemodel:
		return quantity.Invalid("loss", s.Loss, "one model of loss at a time: a share, or gemodel")
	case len(s.Drop) > MaxListed:
		return quantity.Invalid("drop", len(s.Drop), fmt.Sprintf("of them; allowed %d", MaxListed))
	case len(s.DropPackets) > MaxListed:
		return quantity.Invalid("drop-packets", len(s.DropPackets), fmt.Sprintf("of them; allowed %d", MaxListed))
	case len(s.Hold) > MaxListed:
		return quantity.Invalid("hold", len(s.Hold), fmt.Sprintf("of them; allowed %d", MaxListed))
	case slices.Contains(s.Drop, 0):
		return quantity.Invalid("drop", 0, "no such stone; the first is 1")
	case slices.Contains(s.DropPackets, 0):
		return quantity.Invalid("drop-packets", 0, "no such packet; the first is 1")
	case s.DropEvery < 0:
		return quantity.Invalid("drop-every", s.DropEvery, "out of range; allowed 1 or more")
	case s.Reorder.By < 0 || s.Reorder.By > MaxBy:
		return quantity.Invalid("reorder", s.Reorder, quantity.OutOfRange(1, MaxBy)+" packets")
	case s.Bandwidth < 0 || s.Bandwidth > MaxBandwidth:
		return quantity.Invalid("bandwidth", s.Bandwidth, quantity.OutOfRange(Bit, MaxBandwidth))
	case !s.Trace.IsZero() && s.Bandwidth != s.Trace.Mean():
		return quantity.Invalid("bandwidth", s.Bandwidth, fmt.Sprintf("not that of the trace, which is %v on average", s.Trace.Mean()))
	case s.Queue.Packets > 0 && s.Queue.Bytes > 0:
		return quantity.Invalid("queue", s.Queue, "one limit at a time: packets, or bytes")
	case min(s.Queue.Packets, s.Queue.Bytes) < 0 || max(s.Queue.Packets, s.Queue.Bytes) > MaxQueue:
		return quantity.Invalid("queue", s.Queue, quantity.OutOfRange(1, MaxQueue))
	case s.Queue.Manager == "" && (s.Queue.Target|s.Queue.Interval|time.Duration(s.Queue.Quantum) != 0 || s.Queue.NoECN):
		return quantity.Invalid("queue", s.Queue, "parameters of nobody: a manager stands before them, e.g. 300:codel")
	case !s.HasLink() && (s.Queue.Manager != "" || s.Queue.Time > 0):
		return quantity.Invalid("queue", s.Queue, "needs a bandwidth: nothing waits for a link without one")
	case !s.Policer.valid():
		return quantity.Invalid("policer", s.Policer, "a rate, and a burst of "+quantity.OutOfRange(MinMTU, MaxBurst)+" bytes")
	case !s.Shaper.valid():
		return quantity.Invalid("shaper", s.Shaper, "a rate, and a burst of "+quantity.OutOfRange(MinMTU, MaxBurst)+" bytes")
	case s.MTU != 0 && (s.MTU < MinMTU || s.MTU > MaxMTU):
		return quantity.Invalid("mtu", s.MTU, quantity.OutOfRange(MinMTU, MaxMTU))
	}
	switch {
	case len(s.At) > MaxChanges:
		return quantity.Invalid("at", len(s.At), fmt.Sprintf("changes; allowed %d", MaxChanges))
	case len(s.Every) > MaxCycles:
		return quantity.Invalid("every", len(s.Every), fmt.Sprintf("of them; allowed %d", MaxCycles))
	case len(s.Outage) > MaxChanges:
		return quantity.Invalid("outage", len(s.Outage), fmt.Sprintf("of them; allowed %d", MaxChanges))
	}
	for i, o := range s.Outage {
		switch {
		case o.From < 0 || o.To <= o.From || o.To > MaxMoment:
			return quantity.Invalid("outage", o, "ends before it begins, or too late")
		case i > 0 && o.From < s.Outage[i-1].To:
			return quantity.Invalid("outage", o, "overlaps the one before; write outages in the order of time")
		}
	}
	if err := s.validateChanges(); err != nil {
		return err
	}
	held := make(map[uint64]bool, len(s.Hold))
	for _, h := range s.Hold {
		again := held[h.Stone]
		held[h.Stone] = true
		switch {
		case h.Stone == 0:
			return quantity.Invalid("hold", h, "no such stone; the first is 1")
		case h.By < 0 || h.By > MaxBy:
			return quantity.Invalid("hold", h, quantity.OutOfRange(0, MaxBy)+" packets")
		case again:
			return quantity.Invalid("hold", h, "this stone is held already")
		}
	}
	if s.Delay == 0 {
		const why = "reordering needs a delay: that is how long a packet waits for one to pass it, and how much an early one skips"
		switch {
		case s.ReorderEarly > 0:
			return quantity.Invalid("reorder-early", s.ReorderEarly, why)
		case late && len(s.Hold) > 0:
			return quantity.Invalid("hold", s.Hold[0], why)
		case late:
			return quantity.Invalid("reorder", s.Reorder, why)
		}
	}
	return nil
}
