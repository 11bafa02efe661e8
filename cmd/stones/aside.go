package main

import (
	"errors"
	"io"
	"time"
)

// An aside writes to another writer without ever waiting for it: a reader that
// has stopped reading holds nobody up. What does not fit into its queue is left
// out. It may be used by several goroutines at the same time.
type aside struct {
	queue    chan []byte
	quit     chan struct{}
	finished chan struct{}
}

// asideRoom is how many texts wait at most, and asideGrace how long the end waits
// for them.
const (
	asideRoom  = 256
	asideGrace = time.Second
)

// errLeftOut is the error of a Write for which the queue had no room.
var errLeftOut = errors.New("left out: nobody reads")

// newAside begins to write to w. End must be called.
func newAside(w io.Writer) *aside {
	a := &aside{queue: make(chan []byte, asideRoom), quit: make(chan struct{}), finished: make(chan struct{})}
	go a.carry(w)
	return a
}

// Write takes all of text, or nothing.
func (a *aside) Write(text []byte) (int, error) {
	select {
	case a.queue <- append([]byte(nil), text...):
		return len(text), nil
	default:
		return 0, errLeftOut
	}
}

// end waits until all is written that waits, but not for a reader who is gone.
// Nothing is written afterwards.
func (a *aside) end() {
	close(a.quit)
	late := time.NewTimer(asideGrace)
	defer late.Stop()
	select {
	case <-a.finished:
	case <-late.C: // the system ends that write together with the program
	}
}

// carry writes what waits, one text after the other.
func (a *aside) carry(w io.Writer) {
	defer close(a.finished)
	for {
		select {
		case text := <-a.queue:
			_, _ = w.Write(text)
			continue
		default:
		}
		select {
		case text := <-a.queue:
			_, _ = w.Write(text)
		case <-a.quit:
			if len(a.queue) == 0 {
				return
			}
		}
	}
}
