package sim

import (
	"bytes"
	"errors"
	"io"
	"net"

	"gvisor.dev/gvisor/pkg/tcpip"
	gtcp "gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"stones/lab/path/watch"
)

// stream is a TCP connection.
type stream struct {
	*endpoint
	host    *host
	cork    cork
	closing closing
	payload bytes.Reader // what is being handed to the stack
}

var _ net.Conn = (*stream)(nil)

// newStream makes a connection that is not yet connected.
func (h *host) newStream(eng *engine, number tcpip.NetworkProtocolNumber) (s *stream, err error) {
	err = h.open("dial", "tcp", gtcp.ProtocolNumber, number, func(ep tcpip.Endpoint, queue *waiter.Queue) tcpip.Error {
		s = h.wrap(eng, ep, queue)
		return nil
	})
	return s, err
}

// wrap makes a connection of a stack's endpoint.
func (h *host) wrap(eng *engine, ep tcpip.Endpoint, queue *waiter.Queue) *stream {
	s := &stream{endpoint: newEndpoint(eng, "tcp", ep, queue), host: h}
	s.closing.alarm = newEvent(func() {
		s.closing.late = true
		s.wake()
	})
	h.streams = append(h.streams, s)
	return s
}

// name asks the stack who is connected with whom.
func (s *stream) name() {
	var ports watch.Ports
	if a, err := s.ep.GetLocalAddress(); err == nil {
		s.local = net.TCPAddrFromAddrPort(addrPort(a))
		ports.Own = a.Port
	}
	if a, err := s.ep.GetRemoteAddress(); err == nil {
		s.remote = net.TCPAddrFromAddrPort(addrPort(a))
		ports.Other = a.Port
	}
	s.cork.course = s.host.card.wire.eye.Course(ports)
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
	if err != nil && !errors.Is(err, io.EOF) {
		err = s.fail("read", err)
	}
	return n, err
}

// Write hands b on to the send buffer, waiting for room.
func (s *stream) Write(b []byte) (int, error) {
	s.cork.kept = append(s.cork.kept, b...)
	err := s.try("write", &s.write, func() tcpip.Error {
		if s.keeps() {
			return nil
		}
		return s.pour()
	})
	left := min(len(b), len(s.cork.kept))
	if err == nil || left == 0 { // what it waited for may have come just before the deadline
		return len(b), nil
	}
	s.cork.kept = s.cork.kept[:len(s.cork.kept)-left]
	return len(b) - left, s.fail("write", err)
}

// CloseWrite ends this direction of the connection with a FIN.
func (s *stream) CloseWrite() error {
	if s.closed {
		return s.fail("close", net.ErrClosed)
	}
	if err := s.try("finish", &s.write, s.settled); err != nil {
		return s.fail("close", err)
	}
	if err := s.ep.Shutdown(tcpip.ShutdownWrite); err != nil {
		return s.fail("close", standard(err))
	}
	return nil
}

// SetKeepAliveConfig says how soon a peer that has vanished is noticed (RFC 1122
// section 4.2.3.6). What is 0 stays as it is.
func (s *stream) SetKeepAliveConfig(cfg net.KeepAliveConfig) error {
	s.ep.SocketOptions().SetKeepAlive(cfg.Enable)
	idle, interval := tcpip.KeepaliveIdleOption(cfg.Idle), tcpip.KeepaliveIntervalOption(cfg.Interval)
	if idle > 0 {
		if err := s.ep.SetSockOpt(&idle); err != nil {
			return s.fail("set", standard(err))
		}
	}
	if interval > 0 {
		if err := s.ep.SetSockOpt(&interval); err != nil {
			return s.fail("set", standard(err))
		}
	}
	if cfg.Count > 0 {
		if err := s.ep.SetSockOptInt(tcpip.KeepaliveCountOption, cfg.Count); err != nil {
			return s.fail("set", standard(err))
		}
	}
	return nil
}

// Close ends the connection. What the stack has no room for is lost.
func (s *stream) Close() error {
	if !s.closed {
		_ = s.pour()
		s.eng.cancel(s.closing.alarm)
		s.host.streams = remove(s.host.streams, s)
	}
	return s.close()
}

// listener waits for TCP connections.
type listener struct {
	*endpoint
	host *host
}

var _ net.Listener = (*listener)(nil)

// backlog is how many connections may wait to be accepted.
const backlog = 16

func (h *host) listen(eng *engine, at tcpip.FullAddress, number tcpip.NetworkProtocolNumber) (*listener, error) {
	l := &listener{host: h}
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
			conn = l.host.wrap(l.eng, ep, queue)
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
