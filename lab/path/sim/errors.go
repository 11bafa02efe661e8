package sim

import (
	"errors"
	"syscall"

	"stones/lab/stack"
	"stones/lab/stack/tcp"
	"stones/lab/stack/udp"
)

// stackError is a stack's error with the standard library's meaning. Its text
// is the same on every operating system, unlike that of [syscall.Errno].
type stackError struct {
	text  string
	errno syscall.Errno
}

func (e stackError) Error() string { return e.text }

func (e stackError) Unwrap() error { return e.errno }

// Timeout reports whether the connection timed out, as [net.Error] requires.
func (e stackError) Timeout() bool { return e.errno == syscall.ETIMEDOUT }

func (e stackError) Temporary() bool { return false }

// standard is the error that package net would return. Errors that are not the stack's
// are returned as they are.
func standard(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []struct {
		is    error
		errno syscall.Errno
		text  string
	}{
		{tcp.ErrReset, syscall.ECONNRESET, ""},
		{tcp.ErrRefused, syscall.ECONNREFUSED, ""},
		{tcp.ErrTimedOut, syscall.ETIMEDOUT, ""},
		{tcp.ErrAborted, syscall.ECONNABORTED, ""},
		{tcp.ErrClosed, syscall.EPIPE, "broken pipe"},
		{udp.ErrRefused, syscall.ECONNREFUSED, ""},
		{udp.ErrTooLong, syscall.EMSGSIZE, ""},
		{stack.ErrInUse, syscall.EADDRINUSE, ""},
		{stack.ErrNotHere, syscall.EADDRNOTAVAIL, ""},
		{stack.ErrUnreachable, syscall.ENETUNREACH, ""},
	} {
		if errors.Is(err, known.is) {
			if known.text == "" {
				known.text = known.is.Error()
			}
			return stackError{known.text, known.errno}
		}
	}
	return err
}
