package run

import (
	"context"
	"encoding/hex"
	"net"

	"stones/lab"
	"stones/lab/path"
)

// dialer returns the world, with the flow's ear at the connections that are dialled.
func (x *flow) dialer() listening { return listening{x.world, x.ear} }

// A listening world has an ear at the connections that are dialled. The ear may be nil.
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

// overheard is how the first packets look to somebody on the way. Where packets are not
// seen, it is what the program gave to its sockets, after TLS if there is TLS.
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
