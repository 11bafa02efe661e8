package protocol

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A lane is a road of 10 ms each way with a clock of its own.
type lane struct {
	now    time.Duration
	flying []flying
	drop   func(from Role, n int) bool // of the datagrams of an end, from 1
	sent   [2]int
}

type flying struct {
	to   Role
	data []byte
	at   time.Duration
}

func (l *lane) Now() time.Duration { return l.now }
func (l *lane) Idle() bool         { return len(l.flying) == 0 }

func (l *lane) Send(from Role, datagram []byte) error {
	l.sent[from]++
	if l.drop == nil || !l.drop(from, l.sent[from]) {
		l.flying = append(l.flying, flying{from.other(), slices.Clone(datagram), l.now + 10*time.Millisecond})
	}
	return nil
}

func (l *lane) Next(_ context.Context, until time.Duration) (Role, []byte, bool) {
	if len(l.flying) == 0 || l.flying[0].at > until {
		l.now = max(l.now, until)
		return 0, nil, false
	}
	first := l.flying[0]
	l.flying = l.flying[1:]
	l.now = first.at
	return first.to, first.data, true
}

// A scribe is an end that logs its calls, and does what is set for each of them.
type scribe struct {
	role Role
	log  *[]string
	do   map[string]func(w Wire)
	done bool
}

func (s *scribe) note(w Wire, event string) {
	*s.log = append(*s.log, fmt.Sprintf("%v %s %s", w.Now(), s.role, event))
	if do := s.do[event]; do != nil {
		do(w)
	}
}

func (s *scribe) Throw(w Wire, stone []byte)      { s.note(w, "throw "+string(stone)) }
func (s *scribe) Last(w Wire)                     { s.note(w, "last") }
func (s *scribe) Receive(w Wire, datagram []byte) { s.note(w, "datagram "+string(datagram)) }
func (s *scribe) Timeout(w Wire, timer int)       { s.note(w, fmt.Sprintf("timer %d", timer)) }
func (s *scribe) Done() bool                      { return s.done }

// talk lets two scribes talk over a lane. There are two stones, 10 ms apart.
func talk(l *lane, thrower, catcher map[string]func(w Wire), done bool) (log, caught []string, err error) {
	c := Conversation{
		Road: l, Count: 2, Limit: time.Second, Datagram: [2]int{100, 100},
		Due:    func(n int) time.Duration { return time.Duration(n-1) * 10 * time.Millisecond },
		Stone:  func(n int) []byte { return fmt.Append(nil, n) },
		Thrown: func(int) {},
		Caught: func(stone []byte) { caught = append(caught, string(stone)) },
	}
	c.Ends = [2]Protocol{&scribe{Thrower, &log, thrower, done}, &scribe{Catcher, &log, catcher, true}}
	err = c.Run(context.Background())
	return log, caught, err
}

// At one instant come datagrams, then timers in the order in which they were set, then
// stones, then the call of Last.
func TestOrderOfAnInstant(t *testing.T) {
	log, _, err := talk(&lane{}, map[string]func(Wire){
		"throw 1": func(w Wire) {
			w.Set(7, 10*time.Millisecond)
			w.Set(3, 10*time.Millisecond)
			w.Send([]byte("a"))
		},
	}, nil, true)
	want := []string{
		"0s thrower throw 1",
		"10ms catcher datagram a",
		"10ms thrower timer 7",
		"10ms thrower timer 3",
		"10ms thrower throw 2",
		"10ms thrower last",
	}
	if err != nil || !slices.Equal(log, want) {
		t.Errorf("%v\n%s\nwant\n%s", err, strings.Join(log, "\n"), strings.Join(want, "\n"))
	}
}

// A timer that is set again runs out once, at the later time; one that is stopped,
// never.
func TestTimers(t *testing.T) {
	log, _, err := talk(&lane{}, map[string]func(Wire){
		"throw 1": func(w Wire) {
			w.Set(1, 5*time.Millisecond)
			w.Set(2, 5*time.Millisecond)
			w.Set(1, 30*time.Millisecond)
			w.Set(2, 0)
		},
		"timer 1": func(w Wire) { w.Send([]byte("x")) },
	}, map[string]func(Wire){"datagram x": func(w Wire) { w.Set(1, 10*time.Millisecond) }}, true)
	want := []string{"0s thrower throw 1", "10ms thrower throw 2", "10ms thrower last"}
	if err != nil || !slices.Equal(log, want) {
		t.Errorf("who is done waits for its own timers: %v, %q", err, log)
	}
	log, _, err = talk(&lane{}, map[string]func(Wire){"throw 1": func(w Wire) { w.Send([]byte("x")) }},
		map[string]func(Wire){"datagram x": func(w Wire) { w.Set(1, 10*time.Millisecond) }}, true)
	if err != nil || log[len(log)-1] != "20ms catcher timer 1" {
		t.Errorf("the catcher's timer is waited for: %v, %q", err, log)
	}
}

func TestEnds(t *testing.T) {
	send := func(datagram string) func(Wire) { return func(w Wire) { w.Send([]byte(datagram)) } }
	for _, tt := range []struct {
		name    string
		thrower map[string]func(Wire)
		catcher map[string]func(Wire)
		done    bool
		want    string
	}{
		{"done", nil, nil, true, ""},
		{"never done", nil, nil, false, ErrStalled.Error()},
		{"waits for ever", map[string]func(Wire){"last": func(w Wire) { w.Set(0, MaxAfter) }}, nil, false, ErrGaveUp.Error()},
		{"too long", map[string]func(Wire){"throw 1": send(strings.Repeat("x", 101))}, nil, true, `the thrower, at the event "stone 1": a datagram of 101 bytes; allowed up to 100`},
		{"timer", map[string]func(Wire){"throw 2": func(w Wire) { w.Set(1024, 1) }}, nil, true, `the thrower, at the event "stone 2": set timer 1024; allowed 0 to 1023`},
		{"short timer", map[string]func(Wire){"last": func(w Wire) { w.Set(0, 1) }}, nil, true, `the thrower, at the event "last": set a timer to 1ns; allowed 1µs to 24h0m0s`},
		{"thrower delivers", map[string]func(Wire){"throw 1": func(w Wire) { w.Deliver(nil) }}, nil, true, `the thrower, at the event "stone 1": delivered a stone; it is the catcher who does`},
		{"flood", map[string]func(Wire){"throw 1": func(w Wire) {
			for range MaxSends + 1 {
				w.Send(nil)
			}
		}}, nil, true, `the thrower, at the event "stone 1": more than 1000 datagrams at once`},
		{"notes", map[string]func(Wire){"throw 1": func(w Wire) {
			for range MaxNotes + 1 {
				w.Note("x", 1)
			}
		}}, nil, true, ""}, // and one is left out
		{"ping-pong", map[string]func(Wire){"throw 1": send("a"), "datagram b": send("a")}, map[string]func(Wire){"datagram a": send("b")}, true, ErrGaveUp.Error()},
		{"spinning", map[string]func(Wire){"throw 1": func(w Wire) { w.Set(0, MinAfter) }, "timer 0": func(w Wire) { w.Set(0, MinAfter) }}, nil, false, `the thrower, at the event "timer 0": more than 102000 events`},
	} {
		_, _, err := talk(&lane{}, tt.thrower, tt.catcher, tt.done)
		if got := fmt.Sprint(err); got != tt.want && (err != nil || tt.want != "") {
			t.Errorf("%s: %v; want %s", tt.name, err, tt.want)
		}
	}
}

// Notes beyond the limit are counted, and not kept.
func TestManyNotes(t *testing.T) {
	c := Conversation{Road: &lane{}}
	for range MaxNotes + 2 {
		c.Note("x", 1)
	}
	if len(c.Notes) != MaxNotes || c.Unnoted != 2 {
		t.Errorf("%d notes are kept, %d are not; want %d and 2", len(c.Notes), c.Unnoted, MaxNotes)
	}
}

// Losing any of the first datagrams, either way, does not matter.
func TestAnyOfTheFirstLost(t *testing.T) {
	for _, b := range BuiltIns() {
		for mask := range 1 << 8 {
			plan := Plan{Count: 4, Size: 1, Datagram: 100}
			l := &lane{drop: func(from Role, n int) bool { return n <= 4 && mask>>(4*int(from)+n-1)&1 == 1 }}
			var caught []byte
			c := Conversation{
				Road: l, Count: 4, Limit: time.Minute, Datagram: [2]int{100, 100},
				Due: func(int) time.Duration { return 0 }, Stone: func(n int) []byte { return []byte{byte('0' + n)} },
				Thrown: func(int) {}, Caught: func(stone []byte) { caught = append(caught, stone...) },
			}
			for role := range c.Ends {
				end, err := b.New(Role(role), plan, nil)
				if err != nil {
					t.Fatal(err)
				}
				c.Ends[role] = end
			}
			if err := c.Run(context.Background()); err != nil || string(caught) != "1234" {
				t.Errorf("%s, lost %08b: caught %s, %v", b.Name, mask, caught, err)
			}
		}
	}
}

func TestOpen(t *testing.T) {
	plan := Plan{Count: 1, Size: 1000, Datagram: 1472}
	for _, tt := range []struct{ text, want string }{
		{"stop-and-wait", ""},
		{"go-back-n window=3 timeout=1s name=mine", ""},
		{"", "begins with a protocol's name, or a program's; stones protocol lists those there are"},
		{"gobackn", `"gobackn": no protocol has this name; did you mean go-back-n?`},
		{"quic", `"quic": no protocol has this name; allowed stop-and-wait, go-back-n, selective-repeat`},
		{"go-back-n window", `"window": write a word, an equals sign and a value, e.g. window=8`},
		{"go-back-n window=0", `go-back-n: window "0": allowed 1 to 1000000`},
		{"go-back-n windw=8", `go-back-n: unknown word "windw"; did you mean window?`},
		{"go-back-n window=8 window=9", `"window" given twice`},
		{"selective-repeat window=2000", `selective-repeat: window "2000": allowed 1 to 1024`},
		{"stop-and-wait timeout=20", `stop-and-wait: timeout "20": not a time with a unit from 1us to 24h, e.g. 200ms`},
		{"stop-and-wait timeout=\x1b", `stop-and-wait: timeout "\x1b": not a time with a unit from 1us to 24h, e.g. 200ms`},
	} {
		if err := Check(tt.text, plan); fmt.Sprint(err) != tt.want && (err != nil || tt.want != "") {
			t.Errorf("%q: %v; want %s", tt.text, err, tt.want)
		}
	}
	plan.Size = 1464
	if err := Check("stop-and-wait", plan); err == nil || !strings.Contains(err.Error(), "allowed up to 1463") {
		t.Errorf("a stone that is too long: %v", err)
	}
}

func TestName(t *testing.T) {
	for text, want := range map[string]string{
		"go-back-n window=2": "go-back-n", "go-back-n name=slow": "slow", "./work/mine.py": "mine.py", `C:\work\mine.exe`: "mine.exe",
		"./My_Proto.py": "my_proto.py", "2nd.py": "nd.py", "./моё": "mine", "./a(1).py": "a-1-.py",
		"./" + strings.Repeat("long", 20) + ".py": strings.Repeat("long", 8),
	} {
		if got, err := Name(text); got != want || err != nil {
			t.Errorf("%q is called %q, %v; want %q", text, got, err, want)
		}
	}
}

// A damaged frame is rejected.
func FuzzFrame(f *testing.F) {
	f.Add(frame{data, 7, []byte("stone")}.bytes(), 3)
	f.Fuzz(func(t *testing.T, b []byte, bit int) {
		got, ok := parse(b)
		if !ok {
			return
		}
		if again := got.bytes(); !slices.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
		flipped := slices.Clone(b)
		at := int(uint(bit) % uint(8*len(b)))
		flipped[at/8] ^= 1 << (at % 8)
		if _, ok := parse(flipped); ok {
			t.Errorf("bit %d of %x does not matter", at, b)
		}
	})
}

// The three protocols carry the same stones; what they send differs.
func Example() {
	for _, b := range BuiltIns() {
		l := &lane{drop: func(from Role, n int) bool { return from == Thrower && n == 2 }} // the second datagram is lost
		c := Conversation{
			Road: l, Count: 4, Limit: time.Minute, Datagram: [2]int{1472, 1472},
			Due: func(int) time.Duration { return 0 }, Stone: func(n int) []byte { return fmt.Append(nil, "stone ", n) },
			Thrown: func(int) {}, Caught: func([]byte) {},
		}
		for role := range c.Ends {
			c.Ends[role], _ = b.New(Role(role), Plan{Size: 7, Datagram: 1472}, nil)
		}
		err := c.Run(context.Background())
		fmt.Printf("%s: %d datagrams, %v, %v\n", b.Name, l.sent[Thrower], l.now, err)
	}
	// Output:
	// stop-and-wait: 5 datagrams, 280ms, <nil>
	// go-back-n: 7 datagrams, 240ms, <nil>
	// selective-repeat: 5 datagrams, 220ms, <nil>
}

var errSilent = errors.New("says nothing")

// A mute is an end whose program has ended.
type mute struct{ scribe }

func (*mute) Err() error { return errSilent }

func TestErr(t *testing.T) {
	var log []string
	c := Conversation{
		Road: &lane{}, Count: 1, Limit: time.Second, Due: func(int) time.Duration { return 0 },
		Stone: func(int) []byte { return nil }, Thrown: func(int) {},
		Ends: [2]Protocol{&mute{scribe{Thrower, &log, nil, true}}, &scribe{Catcher, &log, nil, true}},
	}
	if err := c.Run(context.Background()); !errors.Is(err, errSilent) {
		t.Errorf("%v; want %v", err, errSilent)
	}
}
