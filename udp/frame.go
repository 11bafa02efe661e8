package udp

import (
	"net"

	"stones/lab/stone"
)

// counted reports the reads that return a datagram.
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

// frames reads stones from the socket.
//
// UDP: the datagram is the frame. One read returns one whole stone, or one
// datagram that is no stone.
type frames struct {
	parse func([]byte) (stone.Stone, error)
	r     net.PacketConn
	buf   []byte
	from  net.Addr // sender of the last datagram
}

// read reads one stone. The error is that of the stone if the datagram is no
// stone or a damaged one, else that of the socket.
func (f *frames) read() (stone.Stone, error) {
	n, from, err := f.r.ReadFrom(f.buf)
	if err != nil {
		return stone.Stone{}, err
	}
	f.from = from
	return f.parse(f.buf[:n])
}
