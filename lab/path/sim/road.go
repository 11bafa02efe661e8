package sim

import (
	"context"
	"time"

	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/stack"
)

// A road is a socket at each end, and the process that waits for datagrams at both. Unlike
// a program with sockets, the process runs without delay when a datagram arrives: what is
// measured is the protocol.
type road struct {
	world   *World
	flow    *watch.Flow
	ends    [2]*stack.Socket // the thrower's, the catcher's
	came    []datagramTo
	waiting *process // nil if none waits
	buf     []byte
}

// A datagramTo is a datagram that has arrived at an end.
type datagramTo struct {
	back bool // to the thrower
	data []byte
}

// OpenRoad opens the two ends of a flow with a protocol of its own. It must be called
// within the task that will wait for datagrams.
func (w *World) OpenRoad(flow string) (path.Road, error) {
	at, err := resolve("listen", "udp", w.Address(flow))
	if err != nil {
		return nil, err
	}
	r := &road{world: w, flow: w.watch.Flow(flow)}
	if r.ends[1], err = w.catcher.ListenUDP(at); err != nil {
		return nil, failed("listen", "udp", err)
	}
	if r.ends[0], err = w.thrower.DialUDP(at); err != nil {
		return nil, failed("dial", "udp", err)
	}
	for i, socket := range r.ends {
		socket.OnChange = func() { r.take(socket, i == 0) }
	}
	w.driver.process("open a road").lower = true
	w.roads = append(w.roads, r)
	return r, nil
}

// take reads what has come to a socket.
func (r *road) take(socket *stack.Socket, back bool) {
	if r.buf == nil {
		r.buf = make([]byte, 1<<16)
	}
	for {
		n, _, _, ok, err := socket.Read(r.buf)
		if !ok || err != nil {
			break
		}
		r.came = append(r.came, datagramTo{back, append([]byte(nil), r.buf[:n]...)})
	}
	r.wake()
}

// wake wakes the waiting task.
func (r *road) wake() {
	if r.waiting != nil {
		r.waiting.wake()
	}
}

// Send gives the wire a datagram.
func (r *road) Send(back bool, datagram []byte) error {
	if back {
		return standard(r.ends[1].WriteTo(datagram, r.ends[0].Local()))
	}
	return standard(r.ends[0].Write(datagram))
}

// Idle reports whether no packet of the flow is on its way, and no datagram waits.
func (r *road) Idle() bool {
	return r.flow.InFlight == 0 && r.flow.Homeward == 0 && len(r.came) == 0
}

// Next waits for the next datagram (see [path.Road]). A datagram that arrives exactly at
// until still counts.
func (r *road) Next(ctx context.Context, until time.Duration) (back bool, datagram []byte, ok bool) {
	p := r.world.driver.process("wait for a datagram")
	r.waiting = p
	defer func() { r.waiting = nil }()
	idle := r.Idle()
	for ctx.Err() == nil {
		switch now := r.world.Now(); {
		case len(r.came) > 0:
			first := r.came[0]
			r.came = r.came[1:]
			return first.back, first.data, true
		case now >= until && !r.arriving(now), r.Idle() && !idle:
			return false, nil, false
		}
		p.alarm.Set(until)
		p.park("wait for a datagram")
	}
	return false, nil, false
}

// arriving reports whether a packet is still to come out of a wire at the present time.
// Packets that a line defers by a nanosecond do not count.
func (r *road) arriving(now time.Duration) bool {
	for _, l := range []*line{r.world.out, r.world.back} {
		if l.arrival.Pending() && l.arrival.At() <= now {
			return true
		}
	}
	return false
}

// Close closes both sockets.
func (r *road) Close() error {
	for _, socket := range r.ends {
		socket.Close()
	}
	r.world.roads = remove(r.world.roads, r)
	return nil
}
