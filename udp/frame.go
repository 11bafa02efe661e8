package udp

import (
	"net"

	"stones/lab/stone"
)

// counted tells of the reads that give something.
type counted struct {
	net.PacketConn
	gave func(bytes int)
}

func (c *counted) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.PacketConn.ReadFrom(b)
	if err == nil {
		c.gave(n)
	}
	return n, from, err
}

// frames takes the stones that the socket gives.
//
// UDP: the datagram is the frame. One read gives one stone whole, or one
// datagram that is no stone.
type frames struct {
	parse func([]byte) (stone.Stone, error)
	r     net.PacketConn
	buf   []byte
	from  net.Addr // of the last one
}

// read reads one stone. A datagram that is no stone, or is damaged, is the
// error that says so; any other error is the socket's.
func (f *frames) read() (stone.Stone, error) {
	n, from, err := f.r.ReadFrom(f.buf)
	if err != nil {
		return stone.Stone{}, err
	}
	f.from = from
	return f.parse(f.buf[:n])
}
