package tcp

// Data that were written and not sent yet, in chunks.
//
// RFC 9293 section 3.9.1.2 lets the sender collect data: "the TCP implementation MAY
// aggregate the data internally without sending it". Linux keeps waiting data in buffers
// of as many full segments as one hand-over to the device takes (64 KB). A write fills
// the last buffer first, so that waiting data leave as full segments, whatever the size
// of the writes. The first buffer takes from the next what it lacks for a burst, even if
// the window then allows neither to leave.

// A chunk is one such buffer. It begins where the one before ends.
type chunk struct {
	end    int64 // offset
	pushed bool  // a write ended here: it is sent with PSH (RFC 9293 section 3.9.1.2)
	fin    bool  // the stream ends here
}

// writes are the chunks in the order of the stream.
type writes struct {
	chunks []chunk
	head   int   // index of the first chunk that is not sent completely
	end    int64 // offset behind what was written; the FIN counts
}

func (w *writes) empty() bool   { return w.head == len(w.chunks) }
func (w *writes) len() int      { return len(w.chunks) - w.head }
func (w *writes) first() *chunk { return &w.chunks[w.head] }
func (w *writes) last() *chunk  { return &w.chunks[len(w.chunks)-1] }

func (w *writes) push(c chunk) {
	if w.head > 0 && len(w.chunks) == cap(w.chunks) {
		w.chunks = w.chunks[:copy(w.chunks, w.chunks[w.head:])]
		w.head = 0
	}
	w.chunks = append(w.chunks, c)
}

func (w *writes) pop() {
	w.head++
	if w.empty() {
		w.chunks, w.head = w.chunks[:0], 0
	}
}

// growFirst lets the first chunk take bytes from the next one, up to size.
func (w *writes) growFirst(nxt, size int64) {
	lack := size - w.firstLen(nxt)
	if lack <= 0 || w.len() < 2 {
		return
	}
	first, next := &w.chunks[w.head], &w.chunks[w.head+1]
	n := next.end - first.end
	if next.fin {
		n--
	}
	switch {
	case n > lack:
		first.end += lack
	case n > 0:
		next.pushed = next.pushed || first.pushed
		w.head++
	}
}

// lastLen is how many bytes of the last chunk are not sent. What lies below nxt was sent.
func (w *writes) lastLen(nxt int64) int64 {
	begin := nxt
	if w.len() > 1 {
		begin = w.chunks[len(w.chunks)-2].end
	}
	return w.last().end - begin
}

// firstLen is how many bytes of the first chunk are not sent. The FIN is not one.
func (w *writes) firstLen(nxt int64) int64 {
	c := w.first()
	n := c.end - nxt
	if c.fin {
		n--
	}
	return n
}
