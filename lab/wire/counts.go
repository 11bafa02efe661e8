package wire

import "fmt"

// Counts are what a wire has done, in packets unless the name says bytes.
type Counts struct {
	Sent       int // given to the wire
	Copied     int // made by the wire itself
	Lost       int
	Overflowed int
	TooBig     int
	Policed    int // dropped by the policer
	Managed    int // dropped by the queue's manager
	InFlight   int // on the way, or out and not yet fetched
	Arrived    int

	Damaged int // of those that left the link: with one bit wrong
	Marked  int // by the queue's manager
	Held    int // of those that arrived: held back, and passed by a later packet

	SentBytes    int
	ArrivedBytes int
}

// add counts a packet's fate.
func (c *Counts) add(f Fate) {
	switch f {
	case Carried:
	case Copied:
		c.Copied++
	case Lost:
		c.Lost++
	case Overflowed:
		c.Overflowed++
	case TooBig:
		c.TooBig++
	case Managed:
		c.Managed++
	case Policed:
		c.Policed++
	}
}

// Check returns an error if a packet is unaccounted for.
func (c Counts) Check() error {
	in := c.Sent + c.Copied
	out := c.Arrived + c.Lost + c.Overflowed + c.TooBig + c.Policed + c.Managed + c.InFlight
	if in == out {
		return nil
	}
	return fmt.Errorf("wire: sent %d + copied %d = %d, but arrived %d + lost %d + overflowed %d + too big %d + policed %d + managed %d + in flight %d = %d",
		c.Sent, c.Copied, in, c.Arrived, c.Lost, c.Overflowed, c.TooBig, c.Policed, c.Managed, c.InFlight, out)
}
