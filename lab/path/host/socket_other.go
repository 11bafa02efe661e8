//go:build !linux

package host

import (
	"errors"
	"net"
	"runtime"

	"stones/lab/path"
)

// setThrower refuses what cannot be set here.
func (w *World) setThrower(string, int) error {
	if w.cfg.Congestion != "" {
		return &CongestionError{w.cfg.Congestion, "cannot be chosen on " + runtime.GOOS}
	}
	return nil
}

// setCatcher refuses what cannot be set here.
func (w *World) setCatcher(network string, fd int) error { return w.setThrower(network, fd) }

// systemStack is what is known of the system's stack.
func systemStack() path.Stack {
	const system = "as the system has it"
	return path.Stack{Name: runtime.GOOS, Congestion: system, SACK: system, Recovery: system, Nagle: "off"}
}

// thrower sets a socket's buffers and leaves the rest as it is.
func (w *World) thrower(conn net.Conn) (net.Conn, error) {
	w.resize(conn.LocalAddr().Network(), conn)
	return conn, nil
}

// catcher makes a UDP socket the catcher's end, which counts what it returns.
func (w *World) catcher(conn *net.UDPConn) (net.PacketConn, error) {
	w.resize("udp", conn)
	a := &account{
		tell: func() (int, error) { return 0, errors.New(runtime.GOOS + " does not tell") },
		held: func() int { return 0 },
	}
	w.open(a)
	if anywhere(conn) {
		if answering := tellAddresses(conn); answering != nil {
			return &receiver{answering, a}, nil
		}
	}
	return &receiver{conn, a}, nil
}

// resize asks for the configured socket buffers. How large they became is not known.
func (w *World) resize(network string, conn any) {
	buffered, ok := conn.(interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	})
	if !ok || w.cfg.Buffer == 0 {
		return
	}
	_ = buffered.SetReadBuffer(w.cfg.Buffer)
	_ = buffered.SetWriteBuffer(w.cfg.Buffer)
	w.note(network, func(s *path.Stack) { s.SendBuffer, s.RecvBuffer = w.cfg.Buffer, w.cfg.Buffer })
}

// A receiver is the catcher's end of UDP.
type receiver struct {
	net.PacketConn
	account *account
}

// ReadFrom reads one datagram.
func (r *receiver) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := r.PacketConn.ReadFrom(b)
	if err == nil {
		r.account.handed.Add(1)
	}
	return n, from, err
}

// Close closes the socket.
func (r *receiver) Close() error {
	r.account.closed.Store(true)
	return r.PacketConn.Close()
}
