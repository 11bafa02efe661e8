package wire

import "time"

// FQ-CoDel (RFC 8290) gives each flow a queue of its own with CoDel, and lets the flows
// take turns by bytes. A flow that has just begun, or has little to send, goes before the
// others, and so does not wait in their queues.
//
// Flows are told apart exactly, by [Packet.Flow], and not by a hash of 1024 values.

// fairQuantum is how many bytes a flow may send in a turn by default: about a packet (RFC
// 8290 section 5.2.4).
const fairQuantum = 1514

// fair is the queues of all flows.
type fair struct {
	wire    *Wire
	limit   Queue
	quantum int
	codel   codel // initial state of each flow
	flows   map[uint64]*turns
	fresh   []*turns // flows that have just begun
	old     []*turns // other flows that have something to send, or had
	packets int
	bytes   int
}

// turns is the queue of one flow, which takes turns with the others.
type turns struct {
	managed
	key    uint64
	credit int // bytes that it may still send in this turn
	active bool
}

func newFair(w *Wire, q Queue) *fair {
	f := &fair{wire: w, limit: w.link.limit, quantum: q.Quantum, codel: newCodel(q), flows: make(map[uint64]*turns)}
	if f.quantum == 0 {
		f.quantum = fairQuantum
	}
	return f
}

func (f *fair) len() int { return f.packets }

// relimit changes the limit of all flows together.
func (f *fair) relimit(limit Queue) { f.limit = limit }

// put adds a packet. If that exceeds the limit, the flow with most bytes loses its first
// packet (RFC 8290 section 4.1).
func (f *fair) put(p waiter) (gone waiter, full bool) {
	flow := f.flows[p.Flow]
	if flow == nil {
		flow = &turns{managed: managed{wire: f.wire, codel: f.codel}, key: p.Flow}
		f.flows[p.Flow] = flow
	}
	_, _ = flow.put(p)
	f.packets++
	f.bytes += p.Size
	if !flow.active {
		flow.active, flow.credit = true, f.quantum
		f.fresh = append(f.fresh, flow)
	}
	if (f.limit.Packets == 0 || f.packets <= f.limit.Packets) && (f.limit.Bytes == 0 || f.bytes <= f.limit.Bytes) {
		return p, false
	}
	gone, _ = f.fattest().pop()
	f.left(gone)
	return gone, true
}

// fattest is the flow with most bytes waiting.
func (f *fair) fattest() *turns {
	var most *turns
	for _, list := range [][]*turns{f.fresh, f.old} {
		for _, flow := range list {
			if most == nil || flow.bytes > most.bytes {
				most = flow
			}
		}
	}
	return most
}

// left notes that a packet is no longer in a queue.
func (f *fair) left(p waiter) {
	f.packets--
	f.bytes -= p.Size
}

// take takes the next packet of the flow whose turn it is (RFC 8290 section 4.2).
func (f *fair) take(now time.Duration) (p waiter, ok bool) {
	for {
		list, begun := &f.fresh, true
		if len(f.fresh) == 0 {
			list, begun = &f.old, false
		}
		if len(*list) == 0 {
			return p, false
		}
		flow := (*list)[0]
		if flow.credit <= 0 {
			flow.credit += f.quantum
			*list = (*list)[1:]
			f.old = append(f.old, flow)
			continue
		}
		before, bytes := flow.queue.len(), flow.bytes
		p, ok = flow.codel.take(now, flow)
		f.packets -= before - flow.queue.len()
		f.bytes -= bytes - flow.bytes
		if !ok {
			*list = (*list)[1:]
			if begun && len(f.old) > 0 { // otherwise its next packet would again go before the others
				f.old = append(f.old, flow)
				continue
			}
			flow.active = false
			delete(f.flows, flow.key)
			continue
		}
		flow.credit -= p.Size
		return p, true
	}
}
