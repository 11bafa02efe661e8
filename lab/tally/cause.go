package tally

import (
	"errors"
	"os"
	"syscall"
)

// CauseOf names why a stone was not thrown, in words that can be counted; it is
// empty if there was no error.
func CauseOf(err error) string {
	if err == nil {
		return ""
	}
	var words interface{ Timeout() bool }
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.EMSGSIZE):
		return "message too long"
	case errors.Is(err, syscall.ENOBUFS):
		return "no buffer space"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return "connection lost"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &words) && words.Timeout():
		return "timed out"
	default:
		return "other"
	}
}
