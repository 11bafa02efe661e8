package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A progress shows a waiting person how far the work is, on one line, which is
// rewritten again and again, and removed at the end.
type progress struct {
	w        *aside
	total    int
	finished atomic.Int64

	quit chan struct{}
	wg   sync.WaitGroup
}

// newProgress starts to show progress after a second. It shows nothing if w is nil. End
// must be called.
func newProgress(w io.Writer, total int) *progress {
	p := &progress{total: total, quit: make(chan struct{})}
	if w != nil {
		p.w = newAside(w)
		p.wg.Go(p.tell)
	}
	return p
}

// done sets how many experiments have finished. It may be called by several goroutines
// at the same time.
func (p *progress) done(finished int) { p.finished.Store(int64(finished)) }

// end removes the line.
func (p *progress) end() {
	close(p.quit)
	p.wg.Wait()
	if p.w != nil {
		p.w.end()
	}
}

func (p *progress) tell() {
	start := time.Now()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	width := 0
	for {
		select {
		case <-tick.C:
			tick.Reset(time.Second / 5)
			what := "1 experiment"
			if p.total > 1 {
				what = fmt.Sprintf("%d of %d experiments", p.finished.Load(), p.total)
			}
			line := fmt.Sprintf("%s, %v", what, time.Since(start).Round(time.Second))
			fmt.Fprintf(p.w, "\r%-*s", width, line)
			width = len(line)
		case <-p.quit:
			if width > 0 {
				fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", width))
			}
			return
		}
	}
}
