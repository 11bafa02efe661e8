package ip

import (
	"net/netip"
	"slices"
	"time"

	"stones/lab/stack/charge"
)

// The limits of reassembly, as Linux sets them.
const (
	// Patience4 and Patience6 are how long a datagram waits for its missing
	// fragments. RFC 8200 section 4.5: if insufficient fragments are received to
	// complete reassembly of a packet within 60 seconds of the reception of the
	// first-arriving fragment of that packet, reassembly of that packet must be
	// abandoned. RFC 791 section 3.2 leaves the time open and names 15 s.
	Patience4 = 30 * time.Second
	Patience6 = 60 * time.Second

	// Memory is what all incomplete datagrams of a version may cost together, in bytes
	// of memory. Above it no fragment is taken (net.ipv4.ipfrag_high_thresh).
	Memory = 4 << 20

	// Distance is how many fragments of the same sender may come between two of a
	// datagram of version 4 (net.ipv4.ipfrag_max_dist). If more come, the earlier
	// fragments are dropped as those of another datagram with the same identification:
	// on a fast path 16 bits do not last for 30 s (RFC 4963).
	Distance = 64

	bookkeeping = 200 // bytes of memory for a datagram, besides its fragments
)

// An Outcome is what a [Reassembler] did with a fragment.
type Outcome uint8

// The outcomes.
const (
	Waiting   Outcome = iota // others are missing
	Whole                    // it was the last one missing
	Repeated                 // all its bytes had come before; it is ignored
	Overlaps                 // it overlaps others in part; the whole datagram is dropped
	Malformed                // its offset or length is invalid; the datagram is dropped
	NoMemory                 // Memory is used up; it is ignored
)

func (o Outcome) String() string {
	switch o {
	case Waiting:
		return "waiting"
	case Whole:
		return "whole"
	case Repeated:
		return "repeated"
	case Overlaps:
		return "overlaps"
	case Malformed:
		return "malformed"
	case NoMemory:
		return "no memory"
	}
	return "unknown"
}

// A Reassembler puts datagrams of one version together from their fragments. The zero
// value is ready for use.
type Reassembler struct {
	// Unlimited switches the limits Memory and Distance off.
	Unlimited bool

	waiting map[identity]*datagram
	oldest  *datagram             // the first of a list of the waiting ones, by age
	newest  *datagram             // the last of it
	spare   *datagram             // a list of datagrams to be reused
	senders map[netip.Addr]uint64 // how many fragments have come from each
	memory  int
}

// identity is what the fragments of a datagram have in common. RFC 791 section
// 2.3: the identification field is used together with the source and destination
// address, and the protocol fields, to identify datagram fragments for reassembly.
// Version 6 leaves out the protocol (RFC 8200 section 4.5).
type identity struct {
	src, dst netip.Addr
	id       uint32
	protocol uint8
}

func (h *Header) identity() identity {
	if h.Src.Is4() {
		return identity{h.Src, h.Dst, h.ID, h.Protocol}
	}
	return identity{h.Src, h.Dst, h.ID, 0}
}

// A datagram is a datagram that is not complete yet.
type datagram struct {
	identity
	first    Header // of the fragment with offset 0, once that has come
	began    time.Duration
	bytes    []byte
	runs     []run  // which parts of bytes have come, in order; no two touch
	total    int    // length of the whole; 0 until the last fragment has come
	cost     int    // of the fragments
	last     uint64 // count of the sender's fragments when one of these came last
	previous *datagram
	next     *datagram
}

// A run is a part of a datagram without a gap.
type run struct{ from, to int }

// A Datagram is what a [Reassembler] made of fragments, or could not make.
type Datagram struct {
	Header  Header // of the first fragment, with More cleared
	Payload []byte
	Charge  int // what all fragments cost, in bytes of memory
}

// Memory is what the incomplete datagrams cost, in bytes of memory.
func (r *Reassembler) Memory() int { return r.memory }

// Add takes a fragment that arrives at time now. If the outcome is Whole, it returns the
// datagram, whose payload is valid until the next call.
func (r *Reassembler) Add(now time.Duration, h Header, payload []byte) (Datagram, Outcome) {
	if r.memory > Memory && !r.Unlimited {
		return Datagram{}, NoMemory
	}
	d := r.find(now, &h)
	if outcome := d.place(&h, payload); outcome != Waiting {
		if outcome != Repeated {
			r.drop(d)
		}
		return Datagram{}, outcome
	}
	cost := charge.Packet(h.Len() + len(payload))
	d.cost += cost
	r.memory += cost
	if len(d.runs) != 1 || d.runs[0] != (run{0, d.total}) {
		return Datagram{}, Waiting
	}
	whole := d.datagram()
	whole.Payload = d.bytes[:d.total]
	r.drop(d)
	if h.Src.Is4() && HeaderLen4+d.total > MaxLen || d.total > MaxLen {
		return Datagram{}, Malformed
	}
	return whole, Whole
}

// find returns the datagram of a fragment; if there is none, it begins one.
func (r *Reassembler) find(now time.Duration, h *Header) *datagram {
	d := r.waiting[h.identity()]
	count := uint64(0)
	if h.Src.Is4() {
		if r.senders == nil {
			r.senders = map[netip.Addr]uint64{}
		}
		count = r.senders[h.Src] + 1
		r.senders[h.Src] = count
	}
	if d != nil && count-d.last > Distance && !r.Unlimited {
		r.drop(d)
		d = nil
	}
	if d == nil {
		d = r.begin(now, h.identity())
	}
	d.last = count
	return d
}

// begin adds a new datagram at the end of the list.
func (r *Reassembler) begin(now time.Duration, id identity) *datagram {
	d := r.spare
	if d == nil {
		d = new(datagram)
	} else {
		r.spare = d.next
	}
	*d = datagram{identity: id, began: now, bytes: d.bytes[:0], runs: d.runs[:0], previous: r.newest}
	if r.newest != nil {
		r.newest.next = d
	} else {
		r.oldest = d
	}
	r.newest = d
	if r.waiting == nil {
		r.waiting = map[identity]*datagram{}
	}
	r.waiting[id] = d
	r.memory += bookkeeping
	return d
}

// drop removes a datagram, and keeps its memory for another one.
func (r *Reassembler) drop(d *datagram) {
	delete(r.waiting, d.identity)
	r.memory -= d.cost + bookkeeping
	if d.previous != nil {
		d.previous.next = d.next
	} else {
		r.oldest = d.next
	}
	if d.next != nil {
		d.next.previous = d.previous
	} else {
		r.newest = d.previous
	}
	d.previous, d.next = nil, r.spare
	r.spare = d
}

// Next is when the datagram that has waited longest is given up. It returns false if
// none waits.
func (r *Reassembler) Next() (at time.Duration, ok bool) {
	if r.oldest == nil {
		return 0, false
	}
	return r.oldest.began + r.oldest.patience(), true
}

func (id identity) patience() time.Duration {
	if id.src.Is4() {
		return Patience4
	}
	return Patience6
}

// Expire removes the datagrams that are given up by now, and calls tell for each. The
// payload is what has come without a gap from the first byte on. It is empty if the
// first fragment is missing; then no message is sent (RFC 792, time exceeded).
func (r *Reassembler) Expire(now time.Duration, tell func(Datagram)) {
	for r.oldest != nil && r.oldest.began+r.oldest.patience() <= now {
		d := r.oldest
		out := d.datagram()
		if len(d.runs) > 0 && d.runs[0].from == 0 {
			out.Payload = d.bytes[:d.runs[0].to]
		}
		r.drop(d)
		tell(out)
	}
}

// datagram is d as it is returned to the caller, still without a payload.
func (d *datagram) datagram() Datagram { return Datagram{Header: d.first, Charge: d.cost} }

// place copies the bytes of a fragment to their place. It returns Waiting if it did.
func (d *datagram) place(h *Header, payload []byte) Outcome {
	from, to := h.Offset, h.Offset+len(payload)
	switch {
	case h.More && len(payload)%8 != 0 && !h.Src.Is4():
		return Malformed // RFC 8200 section 4.5: "the length of that fragment is not a multiple of 8 octets"
	case h.More:
		to = from + len(payload)&^7
	case d.total != 0 && d.total != to:
		return Malformed // two last fragments with different ends
	}
	if from >= to || to > MaxLen || d.total != 0 && to > d.total || !h.More && to < len(d.bytes) {
		return Malformed
	}
	if outcome := d.insert(run{from, to}); outcome != Waiting {
		return outcome
	}
	if !h.More {
		d.total = to
	}
	if from == 0 {
		d.first = *h
		d.first.More = false
	}
	if missing := to - len(d.bytes); missing > 0 {
		d.bytes = slices.Grow(d.bytes, missing)[:to]
	}
	copy(d.bytes[from:to], payload)
	return Waiting
}

// insert notes that new has come. RFC 8200 section 4.5: "If any of the fragments
// being reassembled overlap with any other fragments being reassembled for the
// same packet, reassembly of that packet must be abandoned", except for exact
// duplicates, which "an implementation may choose to detect ... and drop". In both
// versions Linux treats any fragment within what has come as a duplicate.
func (d *datagram) insert(new run) Outcome {
	i, _ := slices.BinarySearchFunc(d.runs, new, func(r, new run) int { return r.to - new.from })
	// The runs before i end before new begins, and run i does not.
	joins := i < len(d.runs) && d.runs[i].to == new.from
	after := i
	if joins {
		after++
	}
	if after < len(d.runs) && d.runs[after].from < new.to {
		if d.runs[after].from <= new.from && d.runs[after].to >= new.to {
			return Repeated
		}
		return Overlaps
	}
	if after < len(d.runs) && d.runs[after].from == new.to {
		new.to = d.runs[after].to
		after++
	}
	if joins {
		new.from = d.runs[i].from
	}
	d.runs = slices.Replace(d.runs, i, after, new)
	return Waiting
}
