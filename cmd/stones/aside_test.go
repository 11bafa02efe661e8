package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A reader that does not read delays neither the writer nor the end.
func TestAsideNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		a := newAside(w)
		start, taken := time.Now(), 0
		for i := range 10_000 {
			switch _, err := fmt.Fprintln(a, i); {
			case err == nil:
				taken++
			case !errors.Is(err, errLeftOut):
				t.Fatal(err)
			}
		}
		if taken < asideRoom || taken > asideRoom+1 {
			t.Errorf("took %d texts; want the %d that have room, and the one that is being written", taken, asideRoom)
		}
		a.end()
		if took := time.Since(start); took != asideGrace {
			t.Errorf("ended after %v; want %v", took, asideGrace)
		}
		r.Close()
	})
}

// What was queued is written, in its order, before end returns.
func TestAsideWritesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got, want strings.Builder
		a := newAside(&got)
		for i := range asideRoom {
			fmt.Fprintln(a, i)
			fmt.Fprintln(&want, i)
		}
		a.end()
		if got.String() != want.String() {
			t.Errorf("wrote %q; want %q", got.String(), want.String())
		}
	})
}

// A progress that is not read does not delay the result.
func TestProgressEndsUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		p := newProgress(w, 1)
		time.Sleep(time.Minute)
		start := time.Now()
		p.end()
		if took := time.Since(start); took > asideGrace {
			t.Errorf("ended after %v; want %v at most", took, asideGrace)
		}
		r.Close()
	})
}
