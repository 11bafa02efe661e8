//go:build !linux

package netns

import (
	"errors"
	"io"

	"stones/lab/path/host"
)

// A World is two network namespaces, which this system does not have.
type World struct{ *host.World }

var errNotHere = errors.New("--path netns needs Linux; --path sim needs nothing")

// Open always fails.
func Open(Config) (*World, error) { return nil, errNotHere }

// Enter always fails.
func Enter([]string, io.Reader) (code int, entered bool, err error) { return 0, false, errNotHere }

// Counters always fails.
func (*World) Counters() (thrower, catcher map[string]uint64, err error) {
	return nil, nil, errNotHere
}

// Kernel is "none": netns is not available on this system.
func Kernel() string { return "none" }
