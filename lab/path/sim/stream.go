package sim

import (
	"bytes"
	"io"
	"net"

	"gvisor.dev/gvisor/pkg/tcpip"
	gtcp "gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// stream is a TCP connection.
type stream struct {
	*endpoint
	payload bytes.Reader // what Write has not yet handed on
}

var _ net.Conn = (*stream)(nil)

// newStream makes a connection that is not yet connected.
func (h *host) newStream(eng *engine, number tcpip.NetworkProtocolNumber) (*stream, error) {
	s := &stream{}
	err := h.open("dial", "tcp", gtcp.ProtocolNumber, number, func(ep tcpip.Endpoint, queue *waiter.Queue) tcpip.Error {
		s.endpoint = newEndpoint(eng, "tcp", ep, queue)
		return nil
	})
	return s, err
}

// name asks the stack who is connected with whom.
func (s *stream) name() {
	if a, err := s.ep.GetLocalAddress(); err == nil {
		s.local = net.TCPAddrFromAddrPort(addrPort(a))
	}
	if a, err := s.ep.GetRemoteAddress(); err == nil {
		s.remote = net.TCPAddrFromAddrPort(addrPort(a))
	}
}

// Read reads what has come, waiting for the first byte.
func (s *stream) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	w := tcpip.SliceWriter(b)
	n := 0
	err := s.try("read", &s.read, func() tcpip.Error {
		result, err := s.ep.Read(&w, tcpip.ReadOptions{})
		n = result.Count
		return err
	})
	if n > 0 {
		s.ep.ModerateRecvBuf(n)
	}
	if err != nil && err != io.EOF {
		err = s.fail("read", err)
	}
	return n, err
}

// Write hands b on to the send buffer, waiting for room.
func (s *stream) Write(b []byte) (int, error) {
	s.payload.Reset(b)
	for s.payload.Len() > 0 {
		err := s.try("write", &s.write, func() tcpip.Error {
			_, err := s.ep.Write(&s.payload, tcpip.WriteOptions{})
			return err
		})
		if err != nil {
			return len(b) - s.payload.Len(), s.fail("write", err)
		}
	}
	return len(b), nil
}

// CloseWrite ends this direction of the connection with a FIN.
func (s *stream) CloseWrite() error {
	if s.closed {
		return s.fail("close", net.ErrClosed)
	}
	if err := s.ep.Shutdown(tcpip.ShutdownWrite); err != nil {
		return s.fail("close", standard(err))
	}
	return nil
}

// Close ends the connection.
func (s *stream) Close() error { return s.close() }

// listener waits for TCP connections.
type listener struct {
	*endpoint
}

var _ net.Listener = (*listener)(nil)

// backlog is how many connections may wait to be accepted.
const backlog = 16

func (h *host) listen(eng *engine, at tcpip.FullAddress, number tcpip.NetworkProtocolNumber) (*listener, error) {
	l := &listener{}
	err := h.open("listen", "tcp", gtcp.ProtocolNumber, number, func(ep tcpip.Endpoint, queue *waiter.Queue) tcpip.Error {
		if err := ep.Bind(at); err != nil {
			return err
		}
		if err := ep.Listen(backlog); err != nil {
			return err
		}
		l.endpoint = newEndpoint(eng, "tcp", ep, queue)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if a, err := l.ep.GetLocalAddress(); err == nil {
		l.local = net.TCPAddrFromAddrPort(addrPort(a))
	}
	return l, nil
}

// open makes an endpoint and uses it; if that fails it is closed.
func (h *host) open(op, network string, transport tcpip.TransportProtocolNumber, number tcpip.NetworkProtocolNumber, use func(tcpip.Endpoint, *waiter.Queue) tcpip.Error) error {
	queue := new(waiter.Queue)
	ep, err := h.stack.NewEndpoint(transport, number, queue)
	if err == nil {
		if err = use(ep, queue); err == nil {
			return nil
		}
		ep.Close()
	}
	return &net.OpError{Op: op, Net: network, Err: standard(err)}
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	var conn *stream
	err := l.try("accept", &l.read, func() tcpip.Error {
		ep, queue, err := l.ep.Accept(nil)
		if err == nil {
			conn = &stream{endpoint: newEndpoint(l.eng, "tcp", ep, queue)}
		}
		return err
	})
	if err != nil {
		return nil, l.fail("accept", err)
	}
	conn.name()
	return conn, nil
}

func (l *listener) Addr() net.Addr { return l.local }
func (l *listener) Close() error   { return l.close() }

// connect asks the listener at address and waits for its answer.
func (s *stream) connect(at tcpip.FullAddress) error {
	asked := false
	err := s.try("connect", &s.write, func() tcpip.Error {
		if !asked {
			asked = true
			err := s.ep.Connect(at)
			if _, started := err.(*tcpip.ErrConnectStarted); started {
				return &tcpip.ErrWouldBlock{}
			}
			return err
		}
		if s.ep.Readiness(waiter.WritableEvents|waiter.EventErr|waiter.EventHUp) == 0 {
			return &tcpip.ErrWouldBlock{}
		}
		return s.ep.LastError()
	})
	if err != nil {
		return err
	}
	s.name()
	return nil
}
