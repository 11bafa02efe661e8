package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"stones/lab/control"
	"stones/lab/server"
)

// On a terminal, messages stay, and the table is redrawn below them.
func TestBoard(t *testing.T) {
	var out strings.Builder
	anna := server.Client{Number: 1, Address: "192.0.2.10:40001"}
	x := control.Notice{Number: 7, Transport: "udp", Planned: 100, Thrown: -1}
	here := []server.Client{anna}
	b := &board{w: &out, live: true, here: func() ([]server.Client, int) { return here, 0 }}
	shown := func() string {
		defer out.Reset()
		b.draw()
		return out.String()
	}

	t.Log("# at first nobody throws: the table is one line")
	if got, want := shown(), "1 guest here, 0 with stones on the way; 0 datagrams of strangers\n"; got != want {
		t.Errorf("shown %q, want %q", got, want)
	}

	t.Log("# it is taken away for what is said, and for the next one")
	b.Said(anna, "И тебе привет!")
	b.Planned(anna, x)
	x.Caught = 40
	here[0].Flows = []control.Notice{x}
	want := "\x1b[1A\x1b[J" + `192.0.2.10:40001: И тебе привет!
guest from             over planned thrown caught lost copies damaged
----------------------------------------------------------------------
1     192.0.2.10:40001 UDP      100      -     40    -      0       0
1 guest here, 1 with stones on the way; 0 datagrams of strangers
`
	if got := shown(); got != want {
		t.Errorf("shown\n%q, want\n%q", got, want)
	}

	t.Log("# what has ended stays so, even if somebody has looked before")
	old := here[0].Flows[0]
	x.Thrown, x.Caught, x.Over = 100, 90, true
	b.Ended(anna, x)
	b.note(anna, old)
	here = nil
	if got := shown(); !strings.HasPrefix(got, "\x1b[4A\x1b[J") || !strings.Contains(got, "UDP      100    100     90   10      0       0\n") {
		t.Errorf("shown\n%q", got)
	}

	t.Log("# in the end the whole table stays")
	if err := b.end(); err != nil {
		t.Error(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "\x1b[4A\x1b[JWho threw what, and what was caught:\n") || strings.Count(got, "UDP") != 1 {
		t.Errorf("shown\n%q", got)
	}
}

// However much is thrown and said, the board does not grow.
func TestBoardBounded(t *testing.T) {
	var out strings.Builder
	b := &board{w: &out, here: func() ([]server.Client, int) { return nil, 0 }}
	for i := range 5000 {
		b.Said(server.Client{Address: "192.0.2.10:40001"}, fmt.Sprint("line ", i))
		b.Planned(server.Client{Number: 1, Address: strings.Repeat("x", 100)}, control.Notice{Number: uint32(i + 1), Transport: "tcp"})
	}
	b.draw()
	if n := strings.Count(out.String(), "\n"); n != mostLines+1 || !strings.HasSuffix(out.String(), "(4800 more lines, which were too many)\n") {
		t.Errorf("%d lines are printed, the last of them %q", n, out.String()[out.Len()-60:])
	}
	if len(b.guests) != mostGuests || b.forgotten != 4000 || b.guests[mostGuests-1].Number != 5000 {
		t.Errorf("%d flows are kept and %d forgotten", len(b.guests), b.forgotten)
	}
	b.live = true
	for line := range strings.Lines(b.table()) {
		if n := len([]rune(line)); n > mostWide+1 {
			t.Errorf("a line of %d columns: %q", n, line)
		}
	}
}

// When nothing reads any more, the error is returned once.
func TestBoardBroken(t *testing.T) {
	b := &board{w: broken{}, here: func() ([]server.Client, int) { return nil, 0 }}
	b.print("hello")
	b.draw()
	b.print("hello")
	if err := b.end(); !errors.Is(err, errBroken) {
		t.Errorf("end = %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("broken")

// A broken writer takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
