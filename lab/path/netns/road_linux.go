package netns

import (
	"time"

	"stones/lab/path"
)

// A road is the two sockets of a protocol of one's own, the thrower's before a device
// that is never too full.
type road struct {
	path.Road
	world *World
	port  uint16
}

// OpenRoad opens the two ends of a flow that has a protocol of its own. It is called
// within a task.
func (w *World) OpenRoad(flow string) (path.Road, error) {
	sockets, err := w.OpenRoadAt(flow, w.Address(flow))
	if err != nil {
		return nil, err
	}
	r := &road{sockets, w, w.cfg.Flows.Port(flow)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[r.port] = true
	return r, nil
}

// Send gives the kernel a datagram.
func (r *road) Send(back bool, datagram []byte) error {
	send := func() error { return r.Road.Send(back, datagram) }
	if back {
		return send()
	}
	return r.world.embark(len(datagram), send)
}

// Close closes both sockets.
func (r *road) Close() error {
	r.world.mu.Lock()
	delete(r.world.open, r.port)
	r.world.mu.Unlock()
	return r.Road.Close()
}

// away says whether a datagram of a protocol of one's own is on its way: before the
// wire, on it, or in a socket. The kernel throws away those damaged ones whose checksum
// tells, and what finds no room; without a checksum it may bring them.
func (w *World) away(flow string, given, taken [2]int, still time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.watch.Flow(flow)
	if w.sunk {
		return false
	}
	if f.InFlight > 0 || f.Homeward > 0 {
		return true
	}
	for sender, back := range []bool{false, true} {
		way := f.Direction(back)
		whole := way.Arrived
		if !w.cfg.NoUDPChecksum {
			whole -= way.Damaged
		}
		if given[sender] > way.Sent && still < patience || taken[sender] < whole && w.Now()-way.LastArrival < quiet {
			return true
		}
	}
	return false
}
