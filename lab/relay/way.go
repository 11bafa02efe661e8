package relay

import (
	"context"
	"runtime"
	"time"

	"stones/lab/quantity"
	"stones/lab/wire"
)

// A way is one direction of the relay.
type way struct {
	relay  *Relay
	back   bool
	header int // bytes that UDP and IP add to a datagram
	wire   *wire.Wire
	awake  chan struct{} // signals that something has entered, which may come out next

	bytes   int                // on the way
	crowded int                // datagrams dropped for want of memory
	unsent  int                // datagrams for which the system returned an error
	number  map[*client]uint64 // of the client's last datagram that entered
	highest map[*client]uint64 // number of the client's datagrams that was delivered
	late    int                // datagrams delivered after a later one: reordered (RFC 4737)
	delays  quantity.Histogram // from entering to leaving
	bytesIn int                // bytes that have entered
}

// A parcel is a datagram on the wire.
type parcel struct {
	client  *client
	number  uint64
	entered time.Duration
	left    int // how many copies of it are on the wire
}

// What UDP and IP add to a datagram (RFC 768, RFC 791, RFC 8200).
const (
	headers4 = 28
	headers6 = 48
)

func newWay(r *Relay, shape wire.Shape, direction wire.Direction, back bool) *way {
	header := headers4
	if r.cfg.To.Addr().Is6() {
		header = headers6
	}
	return &way{
		relay: r, back: back, header: header, wire: wire.New(shape, r.cfg.Seed, direction),
		awake: make(chan struct{}, 1), number: map[*client]uint64{}, highest: map[*client]uint64{},
	}
}

// enter gives the wire a copy of a client's datagram.
func (w *way) enter(c *client, b []byte) {
	r := w.relay
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	now := r.now()
	w.number[c]++
	w.bytesIn += len(b)
	n := w.number[c]
	if w.bytes+len(b) > r.cfg.Bytes {
		w.crowded++
		w.show(Frame{At: now, Client: c.addr, Back: w.back, Number: n, Payload: b, Refused: "no memory is left"})
		return
	}
	p := &parcel{c, n, now, 1}
	w.bytes += len(b)
	w.wire.Send(now, wire.Packet{
		Size: len(b) + w.header, Data: append([]byte(nil), b...), Stone: n, Sender: c.number, Flow: c.number, Ref: p,
	})
	fate := w.learn(p)
	w.show(Frame{At: now, Client: c.addr, Back: w.back, Number: n, Payload: b, Fate: fate})
	if r.cfg.Count > 0 && !w.back && w.wire.Counts().Sent+w.crowded == r.cfg.Count {
		close(r.full)
	}
	select {
	case w.awake <- struct{}{}:
	default:
	}
}

// learn notes what has happened to datagrams, and returns the fate of one of them.
func (w *way) learn(of *parcel) wire.Fate {
	fate := wire.Carried
	for e, ok := w.wire.Event(); ok; e, ok = w.wire.Event() {
		p := e.Packet.Ref.(*parcel)
		if p == of && e.Fate.Gone() && !e.Packet.Copy {
			fate = e.Fate
		}
		switch {
		case e.Fate == wire.Copied:
			p.left++
			w.bytes += len(e.Packet.Data)
		case e.Fate.Gone():
			p.left--
			w.bytes -= len(e.Packet.Data)
		}
	}
	return fate
}

func (w *way) show(f Frame) {
	if w.relay.cfg.Tap != nil {
		w.relay.cfg.Tap(f)
	}
}

// carry sends what comes out of the wire, until ctx ends.
func (w *way) carry(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var out []wire.Packet
	for ctx.Err() == nil {
		var wait time.Duration
		out, wait = w.arrived(out[:0])
		for i := range out {
			w.deliver(&out[i])
		}
		if len(out) > 0 {
			continue
		}
		if wait <= spin { // a timer would be late
			runtime.Gosched()
			continue
		}
		timer.Reset(wait - spin)
		select {
		case <-ctx.Done():
		case <-w.awake:
		case <-timer.C:
		}
	}
}

// spin is how long before a datagram comes out carry begins to spin.
const spin = 100 * time.Microsecond

// arrived returns what has come out of the wire, and how long to wait for the next.
func (w *way) arrived(out []wire.Packet) ([]wire.Packet, time.Duration) {
	const batch = 64
	w.relay.mu.Lock()
	defer w.relay.mu.Unlock()
	now := w.relay.now()
	for len(out) < batch {
		p, ok := w.wire.Arrive(now)
		if !ok {
			break
		}
		w.bytes -= len(p.Data)
		out = append(out, p)
	}
	w.learn(nil)
	at, ok := w.wire.Next()
	if !ok {
		return out, time.Hour
	}
	return out, max(at-now, 0)
}

// deliver sends one datagram on, and counts it.
func (w *way) deliver(item *wire.Packet) {
	p := item.Ref.(*parcel)
	err := w.relay.send(p.client, w.back, item.Data)
	w.relay.mu.Lock()
	defer w.relay.mu.Unlock()
	now := w.relay.now()
	w.delays.Add(now - p.entered)
	switch {
	case err != nil:
		w.unsent++
	case p.number < w.highest[p.client] && !item.Copy:
		w.late++
	}
	w.highest[p.client] = max(w.highest[p.client], p.number)
	f := Frame{At: now, Client: p.client.addr, Back: w.back, Arrival: true, Copied: item.Copy, Damaged: item.Damaged, Number: p.number, Payload: item.Data}
	if err != nil {
		f.Refused = "the system would not send it"
	}
	w.show(f)
}
