package main

import (
	"errors"
	"io"
	"time"
)

// An aside writes to another writer without ever blocking: a reader that has stopped
// reading delays nobody. What does not fit into its queue is dropped. It may be used by
// several goroutines at the same time.
type aside struct {
	queue    chan []byte
	quit     chan struct{}
	finished chan struct{}
	failed   error // the first error of the writer; valid once finished is closed
}

// asideRoom is how many texts the queue holds, and asideGrace how long end waits for
// them to be written.
const (
	asideRoom  = 256
	asideGrace = time.Second
)

// errLeftOut is the error of a Write for which the queue had no room.
var errLeftOut = errors.New("left out: nobody reads")

// newAside starts to write to w. End must be called.
func newAside(w io.Writer) *aside { return newAsideOf(w, asideRoom) }

// newAsideOf is newAside with room for so many texts.
func newAsideOf(w io.Writer, room int) *aside {
	a := &aside{queue: make(chan []byte, room), quit: make(chan struct{}), finished: make(chan struct{})}
	go a.carry(w)
	return a
}

// Write queues all of text, or nothing.
func (a *aside) Write(text []byte) (int, error) {
	select {
	case a.queue <- append([]byte(nil), text...):
		return len(text), nil
	default:
		return 0, errLeftOut
	}
}

// waits reports whether a text is queued.
func (a *aside) waits() bool { return len(a.queue) > 0 }

// rest waits until no text is queued, for asideGrace at most.
func (a *aside) rest() {
	for late := time.Now().Add(asideGrace); a.waits() && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}
}

// end waits until all queued texts are written, for asideGrace at most. Nothing can be
// written afterwards.
func (a *aside) end() { _ = a.last() }

// last is end, and returns the first error of the writer.
func (a *aside) last() error {
	close(a.quit)
	late := time.NewTimer(asideGrace)
	defer late.Stop()
	select {
	case <-a.finished:
		return a.failed
	case <-late.C: // the pending write ends with the program
		return errLeftOut
	}
}

// carry writes the queued texts, one after the other.
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

// write writes a text, and keeps the first error.
func (a *aside) write(w io.Writer, text []byte) {
	if _, err := w.Write(text); a.failed == nil {
		a.failed = err
	}
}
