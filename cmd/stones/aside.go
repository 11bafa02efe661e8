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
	failed   error // the first of w's; once it has finished
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
func newAside(w io.Writer) *aside { return newAsideOf(w, asideRoom) }

// newAsideOf is newAside with room for so many texts.
func newAsideOf(w io.Writer, room int) *aside {
	a := &aside{queue: make(chan []byte, room), quit: make(chan struct{}), finished: make(chan struct{})}
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

// waits reports whether something waits for the reader.
func (a *aside) waits() bool { return len(a.queue) > 0 }

// rest waits until nothing does, for a while.
func (a *aside) rest() {
	for late := time.Now().Add(asideGrace); a.waits() && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}
}

// end waits until all is written that waits, but not for a reader who is gone.
// Nothing is written afterwards.
func (a *aside) end() { _ = a.last() }

// last is end, and returns the first error of the writes.
func (a *aside) last() error {
	close(a.quit)
	late := time.NewTimer(asideGrace)
	defer late.Stop()
	select {
	case <-a.finished:
		return a.failed
	case <-late.C: // the system ends that write together with the program
		return errLeftOut
	}
}

// carry writes what waits, one text after the other.
func (a *aside) carry(w io.Writer) {
	defer close(a.finished)
	for {
		select {
		case text := <-a.queue:
			a.write(w, text)
			continue
		default:
		}
		select {
		case text := <-a.queue:
			a.write(w, text)
		case <-a.quit:
			if len(a.queue) == 0 {
				return
			}
		}
	}
}

// write writes, and notes the first error.
func (a *aside) write(w io.Writer, text []byte) {
	if _, err := w.Write(text); a.failed == nil {
		a.failed = err
	}
}
