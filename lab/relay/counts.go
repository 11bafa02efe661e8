package relay

import (
	"fmt"
	"time"
)

// Counts say what has become of the datagrams of one direction.
type Counts struct {
	Entered    int `json:"entered"`
	Bytes      int `json:"bytes"` // of the datagrams that entered, without headers
	Copied     int `json:"duplicated"`
	Delivered  int `json:"delivered"`
	Lost       int `json:"lost"`       // by chance, by a list, in an outage
	Overflowed int `json:"overflowed"` // the queue was full or dropped it, or the policer did
	TooBig     int `json:"too_big"`    // longer than the MTU, with headers
	NoMemory   int `json:"no_memory"`  // too many bytes were on the way
	NoRoom     int `json:"no_room"`    // of clients for which there was no room
	Unsent     int `json:"unsent"`     // the system returned an error
	InFlight   int `json:"in_flight"`  // at the end

	Damaged   int `json:"damaged"`   // of those delivered
	Reordered int `json:"reordered"` // of those delivered: after a later one of the same client (RFC 4737)

	DelayP50 time.Duration `json:"-"` // from entering to leaving, of those that left
	DelayP99 time.Duration `json:"-"`
	DelayMax time.Duration `json:"-"`
}

// counted returns the counts of a way so far. The caller holds the relay's lock.
func (w *way) counted() Counts {
	c := w.wire.Counts()
	return Counts{
		Entered: c.Sent + w.crowded, Bytes: w.bytesIn, Copied: c.Copied,
		Delivered: c.Arrived - w.unsent, Lost: c.Lost, Overflowed: c.Overflowed + c.Managed + c.Policed, TooBig: c.TooBig,
		NoMemory: w.crowded, Unsent: w.unsent, InFlight: c.InFlight, Damaged: c.Damaged, Reordered: w.late,
		DelayP50: w.delays.Percentile(50), DelayP99: w.delays.Percentile(99), DelayMax: w.delays.Most(),
	}
}

// Check returns an error unless every datagram is accounted for.
func (c Counts) Check() error {
	given, gone := c.Entered+c.Copied, c.Delivered+c.Lost+c.Overflowed+c.TooBig+c.NoMemory+c.NoRoom+c.Unsent+c.InFlight
	if given != gone {
		return fmt.Errorf("relay: entered %d + duplicated %d != delivered %d + lost %d + overflowed %d + too big %d + no memory %d + no room %d + unsent %d + in flight %d",
			c.Entered, c.Copied, c.Delivered, c.Lost, c.Overflowed, c.TooBig, c.NoMemory, c.NoRoom, c.Unsent, c.InFlight)
	}
	return nil
}
