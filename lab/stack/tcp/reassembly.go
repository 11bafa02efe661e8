package tcp

import "slices"

// Data that come early are kept until the missing data have come.
//
// RFC 9293 section 3.10.7.4: "Segments with higher beginning sequence numbers
// SHOULD be held for later processing (SHLD-31)."

// An earlyText is a text that is kept, with what it costs.
type earlyText struct {
	text
	share
}

// A reassembly holds texts in the order of the stream. They do not overlap.
type reassembly struct {
	texts []earlyText
	head  int
}

func (r *reassembly) empty() bool       { return r.head == len(r.texts) }
func (r *reassembly) held() []earlyText { return r.texts[r.head:] }
func (r *reassembly) first() *earlyText { return &r.texts[r.head] }
func (r *reassembly) last() *earlyText  { return &r.texts[len(r.texts)-1] }

// pop removes the first text.
func (r *reassembly) pop() earlyText {
	t := r.texts[r.head]
	r.texts[r.head] = earlyText{}
	r.head++
	if r.empty() {
		r.texts, r.head = r.texts[:0], 0
	}
	return t
}

// popLast removes the last text.
func (r *reassembly) popLast() earlyText {
	t := *r.last()
	*r.last() = earlyText{}
	r.texts = r.texts[:len(r.texts)-1]
	if r.empty() {
		r.texts, r.head = r.texts[:0], 0
	}
	return t
}

// find is the index in held of the first text that ends above offset.
func (r *reassembly) find(offset int64) int {
	held := r.held()
	if n := len(held); n == 0 || held[n-1].end() <= offset {
		return n
	}
	i, _ := slices.BinarySearchFunc(held, offset, func(t earlyText, offset int64) int {
		if t.end() > offset {
			return 1
		}
		return -1
	})
	return i
}

// replace puts t in place of held texts i to j.
func (r *reassembly) replace(i, j int, t earlyText) {
	if i == len(r.held()) && r.head > 0 && len(r.texts) == cap(r.texts) {
		n := copy(r.texts, r.held())
		clear(r.texts[n:])
		r.texts, r.head = r.texts[:n], 0
	}
	r.texts = slices.Replace(r.texts, r.head+i, r.head+j, t)
}

// receiveEarly keeps t. Any part of it that is already held is reported as a duplicate.
func (c *Conn) receiveEarly(t text) {
	if !c.hasRoomForEarly() {
		return
	}
	c.scheduled = true
	c.counters.TCPOFOQueue++
	if t.full > 0 {
		c.measureSegments(t)
	}
	block := span{t.from, t.end()}
	defer func() {
		c.addBlock(block)
		if c.sack {
			c.growWindow(t, false)
		}
	}()
	i := c.early.find(t.from)
	held := c.early.held()
	if i < len(held) && held[i].from <= t.from {
		if t.end() <= held[i].end() {
			c.reportTwice(t.from, t.end())
			return
		}
		c.reportTwice(t.from, held[i].end())
		t.cutBefore(held[i].end())
		i++
	}
	j := i
	var freed int64
	for ; j < len(held) && held[j].from < t.end(); j++ {
		if held[j].end() > t.end() {
			c.reportTwice(held[j].from, t.end())
			t.cutBehind(held[j].from)
			break
		}
		c.reportTwice(held[j].from, held[j].end())
		freed += held[j].cost
	}
	e := earlyText{t, c.shareOf(t)}
	cost := e.cost
	if i > 0 && held[i-1].end() == e.from && e.follow(&held[i-1].share, int64(len(e.bytes))) {
		cost = 0
	}
	c.charge(cost - freed)
	c.early.replace(i, j, e)
}

// cutBehind removes what lies from offset on.
func (t *text) cutBehind(offset int64) {
	if offset < t.to {
		t.bytes = t.bytes[:offset-t.from]
		t.to = offset
	}
	t.fin = false
}
