package run

import (
	"context"
	"encoding/hex"
	"net"

	"stones/lab"
	"stones/lab/path"
)

// dialer is the world, with an ear at what is dialled if somebody listens.
func (x *flow) dialer() listening { return listening{x.world, x.ear} }

// A listening world has an ear at the connections that are dialled.
type listening struct {
	World
	ear *path.Ear
}

func (w listening) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.World.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return w.ear.At(conn), nil
}

// overheard is how the first packets looked to somebody on the way. Where nobody sees
// packets, it is what the program gave to its sockets, below what hides it.
func (x *flow) overheard(seen path.Record) []lab.Overheard {
	var list []lab.Overheard
	for _, p := range seen.Packets[:min(len(seen.Packets), path.MostHeard)] {
		list = append(list, lab.Overheard{
			At: lab.Milliseconds(p.Sent - x.began), Back: p.Back, What: lab.HeardPacket,
			Protocol: p.Protocol, Flags: p.Flags, Bytes: p.Size, Data: p.Data, Head: hex.EncodeToString(p.Head),
		})
	}
	if seen.Exact {
		return list
	}
	heard := seen.Heard
	if x.far == nil {
		heard = x.ear.Heard()
	}
	for _, h := range heard {
		list = append(list, lab.Overheard{
			At: lab.Milliseconds(h.At - x.began), Back: h.Given, What: lab.HeardSocket,
			Protocol: path.Flow{Transport: x.is.Over}.Over(), Bytes: h.Size, Data: h.Size, Head: hex.EncodeToString(h.Head),
		})
	}
	return list
}
