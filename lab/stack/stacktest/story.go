package stacktest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stones/lab/stack/event"
	"stones/lab/stack/tcp"
)

// Options are the settings of the stack under test and of its peer, which is the story.
// The zero value is Linux's defaults without a tick.
type Options struct {
	Tick, Phase time.Duration // as in tcp.Config
	Slack       time.Duration // how far a time may differ from the one expected
	PeerISN     uint32        // the story's initial sequence number
	Config      tcp.Config    // of the stack; an MSS of 0 means 1460
}

// A Story drives one end of a connection, and fails its test when that end does
// something unexpected. [New] makes one.
type Story struct {
	t       testing.TB
	options Options
	queue   event.Queue
	zero    time.Duration // the queue's time that the story calls 0
	course  []scene       // what happened, to be shown when the story fails
	sent    []Sent        // segments of the stack that no Out or Next has taken yet
	peer    peer
	machine *machine
}

// A Sent is a segment that the stack sent.
type Sent struct {
	Segment
	At    time.Duration // since [Story.Mark]
	Stamp uint32        // the time stamp as it was on the wire, for [Echo]
	ECN   tcp.ECN       // of the packet
	Again bool          // the stack calls it a retransmission
}

func (s Sent) String() string { return fmt.Sprintf("%v: %v", s.At, s.Segment) }

// New begins a story at time zero.
func New(tb testing.TB, o Options) *Story {
	tb.Helper()
	s := &Story{t: tb, options: o, peer: peer{options: o}}
	o.Config.Tick, o.Config.Phase = o.Tick, o.Phase
	if o.Config.Stamp == 0 {
		o.Config.Stamp = 1_000_000 // an echo of zero does not count
	}
	s.machine = newMachine(&s.queue, o.Config, s.leave)
	return s
}

// Now is the time since [Story.Mark].
func (s *Story) Now() time.Duration { return s.queue.Now() - s.zero }

// Mark makes the present time zero.
func (s *Story) Mark() {
	s.tell("--- time zero")
	s.zero = s.queue.Now()
}

// Until lets time pass. What the stack sends meanwhile must be taken by Out or Next.
func (s *Story) Until(at time.Duration) {
	s.t.Helper()
	if at < s.Now() {
		s.Fatalf("the story cannot go back to %v", at)
	}
	s.queue.Advance(s.zero + at)
}

// In makes a segment arrive at a time. See [Segment] for the text.
//
// What the text leaves out is as a Linux peer would send it: the options of a SYN, time
// stamps if both ends have agreed on them, a large window. With <> the segment has no
// options.
func (s *Story) In(at time.Duration, text string, changes ...Change) {
	s.t.Helper()
	s.Until(at)
	s.nothingLeft()
	g, err := ParseSegment(text)
	if err != nil {
		s.Fatalf("%v", err)
	}
	a := s.peer.arrival(g, s.queue.Now())
	for _, change := range changes {
		change(&a)
	}
	s.tell("in   %v", s.peer.relativeIn(a.Segment))
	s.arrive(a)
}

// Out waits for the next segment that the stack sends, and expects it to be this one, at
// a time.
//
// Options are compared if the text has any. SACK blocks are always compared, time stamps
// only if the text has them.
func (s *Story) Out(when When, text string) Sent {
	s.t.Helper()
	want, err := ParseSegment(text)
	if err != nil {
		s.Fatalf("%v", err)
	}
	got := s.Next(when, text)
	s.peer.agree(want, &got)
	if diff := want.differs(got.Segment); diff != "" {
		s.Fatalf("sent %v; want %v: %s", got.Segment, want, diff)
	}
	return got
}

// Next waits for the next segment that the stack sends, expects it at a time, and
// returns it. The failure of a segment that does not come names it as what.
func (s *Story) Next(when When, what string) Sent {
	s.t.Helper()
	w := s.span(when)
	for len(s.sent) == 0 {
		at, ok := s.queue.Next()
		if !ok || at > s.zero+w.to {
			s.Until(max(w.to, s.Now()))
			s.Fatalf("nothing was sent; want %s at %v", what, w)
		}
		s.queue.Step()
	}
	got := s.sent[0]
	s.sent = s.sent[1:]
	if got.At < w.from || got.At > w.to {
		s.Fatalf("sent %v at %v; want %s at %v", got.Segment, got.At, what, w)
	}
	return got
}

// span is the range that holds for the story's tick.
func (s *Story) span(when When) span {
	w := when.exact
	if s.options.Tick > 0 {
		w = when.ticked
	}
	return span{w.from - s.options.Slack, w.to + s.options.Slack}
}

// Silent lets time pass, and expects that the stack sends nothing meanwhile.
func (s *Story) Silent(until time.Duration) {
	s.t.Helper()
	s.nothingLeft()
	s.Until(until)
	s.nothingLeft()
}

// Skip lets time pass and returns all that the stack sent.
func (s *Story) Skip(until time.Duration) []Sent {
	s.t.Helper()
	s.Until(until)
	sent := s.sent
	s.sent = nil
	return sent
}

// nothingLeft expects that no segment of the stack is left to take.
func (s *Story) nothingLeft() {
	s.t.Helper()
	if len(s.sent) > 0 {
		s.Fatalf("sent, and not expected: %v", s.sent[0])
	}
}

// arrive gives the stack the bytes of a segment.
func (s *Story) arrive(a arrival) {
	s.t.Helper()
	seg := new(tcp.Segment)
	if err := seg.Parse(a.encode()); err != nil {
		s.Fatalf("the stack does not understand %v: %v", a.Segment, err)
	}
	seg.ECN = a.ecn
	s.machine.deliver(seg)
	s.intact()
}

// leave takes the bytes of a segment that the stack sends.
func (s *Story) leave(seg *tcp.Segment) {
	b := seg.Append(nil)
	g, err := decode(b)
	g.ecn = seg.ECN
	if err != nil {
		s.Fatalf("the stack sent % x: %v", b, err)
	}
	if err := s.peer.take(g); err != nil {
		s.Fatalf("the stack sent %v: %v", g.Segment, err)
	}
	r := s.peer.relativeOut(g.Segment)
	stamp, _ := g.Option(Stamps)
	s.sent = append(s.sent, Sent{Segment: r, At: s.Now(), Stamp: stamp.Val, ECN: g.ecn, Again: seg.Retransmission})
	s.tell("out  %v", r)
}

// A scene is one line of a story's course.
type scene struct {
	at     time.Duration
	format string
	args   []any
}

func (c scene) String() string {
	return fmt.Sprintf("%12v  ", c.at) + fmt.Sprintf(c.format, c.args...)
}

// shown is how many lines of its course a story shows when it fails.
const shown = 60

// tell adds to the course of the story.
func (s *Story) tell(format string, args ...any) {
	if len(s.course) >= 2*shown {
		s.course = s.course[:copy(s.course, s.course[shown:])]
	}
	s.course = append(s.course, scene{s.Now(), format, args})
}

// Say adds a remark to the course of the story.
func (s *Story) Say(format string, args ...any) { s.tell("# "+format, args...) }

// Fatalf ends the story and shows its course.
func (s *Story) Fatalf(format string, args ...any) {
	s.t.Helper()
	lines := make([]string, 0, shown)
	for _, scene := range s.course[max(0, len(s.course)-shown):] {
		lines = append(lines, scene.String())
	}
	s.t.Fatalf("at %v: %s\n%s", s.Now(), fmt.Sprintf(format, args...), strings.Join(lines, "\n"))
}

// differs says how got differs from g, which is wanted; it is empty if it does not.
func (g Segment) differs(got Segment) string {
	switch {
	case g.Flags != got.Flags:
		return "the flags differ"
	case g.Seq != got.Seq || g.Len != got.Len:
		return "the sequence numbers differ"
	case g.Flags&ACK != 0 && g.Ack != got.Ack:
		return "the acknowledgment numbers differ"
	case g.Window != Unsaid && g.Window != got.Window:
		return "the windows differ"
	case !slices.Equal(g.Blocks(), got.Blocks()):
		return "the SACK blocks differ"
	case g.Bare && len(got.Options) > 0:
		return "options that are not told"
	case len(g.Options) > 0:
		return g.differsInOptions(got)
	}
	return ""
}

func (g Segment) differsInOptions(got Segment) string {
	_, stamps := g.Option(Stamps)
	telling := func(options []Option) (text []string) {
		for _, o := range options {
			if o.Kind != NOP && o.Kind != EOL && (o.Kind != Stamps || stamps) {
				text = append(text, o.String())
			}
		}
		return text
	}
	if !slices.Equal(telling(g.Options), telling(got.Options)) {
		return "the options differ"
	}
	return ""
}
