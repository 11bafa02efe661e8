package sim

import (
	"stones/lab/path"
	"stones/lab/path/watch"
)

// counters are the catcher's own counts of datagrams: those that were right,
// those of them that found no room, and those to a port where nobody listens.
type counters struct {
	right, noRoom, nobody uint64
}

// counters reads the counts, if they matter for a packet.
func (w *World) counters(s watch.Sight) counters {
	if !s.UDP {
		return counters{}
	}
	stats := w.catcher.stack.Stats().UDP
	return counters{
		right:  stats.PacketsReceived.Value(),
		noRoom: stats.ReceiveBufferErrors.Value(),
		nobody: stats.UnknownPortErrors.Value(),
	}
}

// since says what happened to a datagram: why the catcher's stack had no use for
// it, or that it waits in the socket.
func (c counters) since(before counters) (refused path.Cause, waits bool) {
	switch {
	case c.noRoom > before.noRoom:
		return path.ReceiverDrop, false
	case c.nobody > before.nobody:
		return path.NobodyHome, false
	}
	return 0, c.right > before.right
}
