package sim

import (
	"io"
	"net"
	"syscall"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// stackError is a stack's error with the standard library's meaning. Its text
// is the same on every operating system, unlike that of [syscall.Errno].
type stackError struct {
	text  string
	errno syscall.Errno
}

func (e stackError) Error() string { return e.text }

func (e stackError) Unwrap() error { return e.errno }

// Timeout makes the error of a connection that timed out a [net.Error]'s.
func (e stackError) Timeout() bool { return e.errno == syscall.ETIMEDOUT }

func (e stackError) Temporary() bool { return false }

// standard is the error that package net would give.
func standard(err tcpip.Error) error {
	switch err.(type) {
	case *tcpip.ErrClosedForReceive:
		return io.EOF
	case *tcpip.ErrInvalidEndpointState:
		return net.ErrClosed
	case *tcpip.ErrClosedForSend:
		return stackError{"broken pipe", syscall.EPIPE}
	case *tcpip.ErrConnectionRefused:
		return stackError{"connection refused", syscall.ECONNREFUSED}
	case *tcpip.ErrConnectionReset:
		return stackError{"connection reset by peer", syscall.ECONNRESET}
	case *tcpip.ErrConnectionAborted, *tcpip.ErrAborted:
		return stackError{"connection aborted", syscall.ECONNABORTED}
	case *tcpip.ErrTimeout:
		return stackError{"connection timed out", syscall.ETIMEDOUT}
	case *tcpip.ErrPortInUse:
		return stackError{"address already in use", syscall.EADDRINUSE}
	case *tcpip.ErrBadLocalAddress:
		return stackError{"cannot assign requested address", syscall.EADDRNOTAVAIL}
	case *tcpip.ErrMessageTooLong:
		return stackError{"message too long", syscall.EMSGSIZE}
	case *tcpip.ErrHostUnreachable:
		return stackError{"no route to host", syscall.EHOSTUNREACH}
	case *tcpip.ErrNetworkUnreachable:
		return stackError{"network is unreachable", syscall.ENETUNREACH}
	case *tcpip.ErrNoBufferSpace:
		return stackError{"no buffer space available", syscall.ENOBUFS}
	case *tcpip.ErrNotConnected:
		return stackError{"transport endpoint is not connected", syscall.ENOTCONN}
	default:
		return stackError{err.String(), syscall.EINVAL}
	}
}
