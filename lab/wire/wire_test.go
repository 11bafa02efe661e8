package wire

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

// A story is a wire in a test.
type story struct {
	*testing.T
	*Wire
	now time.Duration
}

// begin starts a story on a wire of the given shape.
func begin(t *testing.T, shape Shape) *story {
	t.Helper()
	if err := shape.Validate(); err != nil {
		t.Fatal(err)
	}
	s := &story{T: t, Wire: New(shape, 1, Out)}
	t.Cleanup(func() {
		if err := s.Counts().Check(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// none is the fate of the copy of a packet that was not copied.
const none = 255

// give gives the wire a packet, and returns the immediate fates of the packet and of its
// copy.
func give(w *Wire, now time.Duration, p Packet) (first, second Fate) {
	w.Send(now, p)
	first, second = Carried, none
	for e, ok := w.Event(); ok; e, ok = w.Event() {
		switch {
		case e.Fate == Copied:
			second = Carried
		case e.Packet.Copy:
			second = e.Fate
		default:
			first = e.Fate
		}
	}
	return first, second
}

// at moves the story on to a later moment.
func (s *story) at(now time.Duration) { s.now = now }

// send sends stone n in a packet of size bytes, and wants the packet's fate.
func (s *story) send(n uint64, size int, want Fate) {
	s.Helper()
	if got, _ := give(s.Wire, s.now, Packet{Stone: n, Size: size}); got != want {
		s.Errorf("stone %d sent at %v is %v; want %v", n, s.now, got, want)
	}
}

// steady sends stones 1 to count, one every gap, each carried.
func (s *story) steady(count int, gap time.Duration) {
	s.Helper()
	for n := range count {
		s.at(time.Duration(n) * gap)
		s.send(uint64(n)+1, 100, Carried)
	}
}

// wantNext wants stone n to be the next that comes out, at the given time.
func (s *story) wantNext(n uint64, at time.Duration) {
	s.Helper()
	p, got, ok := s.next()
	if !ok {
		s.Fatalf("nothing comes out; want stone %d at %v", n, at)
	}
	if p.Stone != n || got != at {
		s.Errorf("stone %d comes out at %v; want stone %d at %v", p.Stone, got, n, at)
	}
}

// wantNothing wants nothing to be in flight.
func (s *story) wantNothing() {
	s.Helper()
	if p, at, ok := s.next(); ok {
		s.Errorf("stone %d comes out at %v; want nothing", p.Stone, at)
	}
	if at, ok := s.Next(); ok {
		s.Errorf("Next is %v; want nothing", at)
	}
}

// next takes the next packet, whenever it comes out.
func (s *story) next() (p Packet, at time.Duration, ok bool) {
	for {
		at, ok := s.Next()
		if !ok {
			return Packet{}, 0, false
		}
		if p, ok := s.Arrive(at); ok {
			return p, at, true
		}
	}
}

// order takes everything that is in flight and returns the stones as they come.
func (s *story) order() string {
	var b strings.Builder
	for p, _, ok := s.next(); ok; p, _, ok = s.next() {
		fmt.Fprintf(&b, " %d", p.Stone)
		if p.Copy {
			b.WriteString("'")
		}
	}
	return strings.TrimSpace(b.String())
}

func (s *story) wantOrder(want string) {
	s.Helper()
	if got := s.order(); got != want {
		s.Errorf("came out: %s\nwant:     %s", got, want)
	}
}

// reordered takes everything that is in flight and returns how many stones come
// behind a later one (RFC 4737 section 3.3).
func (s *story) reordered() int {
	reordered, highest := 0, uint64(0)
	for p, _, ok := s.next(); ok; p, _, ok = s.next() {
		if p.Stone < highest {
			reordered++
		}
		highest = max(highest, p.Stone)
	}
	return reordered
}

func (s *story) wantHeld(want int) {
	s.Helper()
	if got := s.Counts().Held; got != want {
		s.Errorf("held %d; want %d", got, want)
	}
}

func TestPerfectWire(t *testing.T) {
	s := begin(t, Shape{})

	t.Log("# a perfect wire takes no time")
	s.at(7 * ms)
	s.send(1, 1500, Carried)
	s.wantNext(1, 7*ms)

	t.Log("# and holds any number of packets at once, in the order they were sent")
	for n := range uint64(100) {
		s.send(n+2, 65535, Carried)
	}
	for n := range uint64(100) {
		s.wantNext(n+2, 7*ms)
	}
	s.wantNothing()
}

func TestDelay(t *testing.T) {
	s := begin(t, Shape{Delay: 50 * ms})

	t.Log("# a stone flies for 50ms, and nothing is there before")
	s.send(1, 100, Carried)
	if at, ok := s.Next(); at != 50*ms || !ok {
		t.Errorf("Next = %v, %v; want 50ms", at, ok)
	}
	if p, ok := s.Arrive(50*ms - 1); ok {
		t.Errorf("stone %d is there after 49.999999ms", p.Stone)
	}
	s.wantNext(1, 50*ms)
	s.wantNothing()
}

func TestSerialisation(t *testing.T) {
	s := begin(t, Shape{Delay: 50 * ms, Bandwidth: Mbit})

	t.Log("# at 1 Mbit/s, 1250 bytes need 10ms to get onto the wire, and 50ms to the far end")
	s.send(1, 1250, Carried)
	s.wantNext(1, 60*ms)

	t.Log("# two that are sent together take turns")
	s.at(20 * ms)
	s.send(2, 1250, Carried)
	s.send(3, 125, Carried)
	s.wantNext(2, 80*ms)
	s.wantNext(3, 81*ms)

	t.Log("# an idle wire begins at once")
	s.at(500 * ms)
	s.send(4, 1250, Carried)
	s.wantNext(4, 560*ms)
}

func TestSerialisationIsExactInTheLongRun(t *testing.T) {
	t.Log("# at 7 bit/s a byte takes 8/7 s, which no number of nanoseconds is; 700,000 bytes take 800,000 s")
	s := begin(t, Shape{Bandwidth: 7 * Bit})
	for range 7_000 {
		s.send(1, 100, Carried)
	}
	var last time.Duration
	for _, at, ok := s.next(); ok; _, at, ok = s.next() {
		last = at
	}
	if want := 800_000 * time.Second; last != want {
		t.Errorf("the last byte is out at %v; want %v", last, want)
	}
}

func TestQueueOfPackets(t *testing.T) {
	s := begin(t, Shape{Bandwidth: Mbit, Queue: Queue{Packets: 3}})

	t.Log("# room for three, the one whose turn it is included: the fourth is dropped")
	s.send(1, 1250, Carried)
	s.send(2, 1250, Carried)
	s.send(3, 1250, Carried)
	s.send(4, 1250, Overflowed)

	t.Log("# a moment before the first has left there is no room yet")
	s.at(10*ms - 1)
	s.send(5, 1250, Overflowed)

	t.Log("# then there is, for one")
	s.at(10 * ms)
	s.send(6, 1250, Carried)
	s.send(7, 1250, Overflowed)

	for i, n := range []uint64{1, 2, 3, 6} {
		s.wantNext(n, time.Duration(i+1)*10*ms)
	}
	s.wantNothing()
}

func TestQueueOfBytes(t *testing.T) {
	s := begin(t, Shape{Bandwidth: Mbit, Queue: Queue{Bytes: 2000}})

	t.Log("# room for 2000 bytes: small ones still fit where a large one does not")
	s.send(1, 1250, Carried)
	s.send(2, 1250, Overflowed)
	s.send(3, 750, Carried)
	s.send(4, 1, Overflowed)

	t.Log("# a packet in service takes its room until its last bit has left")
	s.at(10*ms - 1)
	s.send(5, 1, Overflowed)
	s.at(10 * ms)
	s.send(6, 1250, Carried)
	s.wantOrder("1 3 6")
}

func TestQueueIsApartFromTheDelay(t *testing.T) {
	t.Log("# 1000 packets fly at once, though only one fits the queue")
	s := begin(t, Shape{Delay: time.Second, Bandwidth: Gbit, Queue: Queue{Packets: 1}})
	for n := range uint64(1000) {
		s.at(time.Duration(n) * 12 * time.Microsecond)
		s.send(n+1, 1500, Carried)
	}
	if got := s.Counts().InFlight; got != 1000 {
		t.Errorf("in flight %d; want 1000", got)
	}
}

// Lesson "Burst and pace": a burst of B packets needs a queue of B packets.
func TestBurst(t *testing.T) {
	for _, tt := range []struct{ burst, survive int }{{10, 10}, {50, 50}, {60, 50}, {200, 50}} {
		w := New(Shape{Delay: 10 * ms, Bandwidth: Mbit, Queue: Queue{Packets: 50}}, 1, Out)
		for n := range uint64(tt.burst) {
			w.Send(0, Packet{Stone: n + 1, Size: 1000})
		}
		s := story{T: t, Wire: w}
		survive, last := 0, time.Duration(0)
		for _, at, ok := s.next(); ok; _, at, ok = s.next() {
			survive, last = survive+1, at
		}
		want := 10*ms + time.Duration(tt.survive)*8*ms
		if survive != tt.survive || last != want {
			t.Errorf("of %d at once %d survive, the last at %v; want %d, %v", tt.burst, survive, last, tt.survive, want)
		}
	}
}

// Lesson "Too fast": of N stones at rho times the bandwidth, N/rho + Q arrive.
func TestOverload(t *testing.T) {
	const count = 1000
	for _, tt := range []struct {
		gap     time.Duration // 8ms would be rho = 1
		survive int
	}{
		{gap: 16 * ms, survive: 1000},
		{gap: 4 * ms, survive: 549},
	} {
		s := begin(t, Shape{Delay: 20 * ms, Bandwidth: Mbit, Queue: Queue{Packets: 50}})
		for n := range count {
			s.Send(time.Duration(n)*tt.gap, Packet{Stone: uint64(n) + 1, Size: 1000})
		}
		if got := s.Counts().InFlight; got != tt.survive {
			t.Errorf("one every %v: %d of %d survive; want %d", tt.gap, got, count, tt.survive)
		}
	}
}

func TestHoldBack(t *testing.T) {
	t.Log("# stone 3 is held back until k later ones have passed; stones come every 10ms and fly for 50")
	for by, want := range []string{
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
		"1 2 4 3 5 6 7 8 9 10 11 12 13 14 15",
		"1 2 4 5 3 6 7 8 9 10 11 12 13 14 15",
		"1 2 4 5 6 3 7 8 9 10 11 12 13 14 15",
		"1 2 4 5 6 7 3 8 9 10 11 12 13 14 15",
		"1 2 4 5 6 7 8 3 9 10 11 12 13 14 15",
		"1 2 4 5 6 7 8 9 3 10 11 12 13 14 15",
		"1 2 4 5 6 7 8 9 10 3 11 12 13 14 15",
		"1 2 4 5 6 7 8 9 10 11 3 12 13 14 15",
		"1 2 4 5 6 7 8 9 10 11 12 3 13 14 15",
		"1 2 4 5 6 7 8 9 10 11 12 13 3 14 15",
	} {
		t.Run(fmt.Sprint("k=", by), func(t *testing.T) {
			s := begin(t, Shape{Delay: 50 * ms, Hold: []Hold{{Stone: 3, By: by}}})
			s.steady(15, 10*ms)
			s.wantOrder(want)
			s.wantHeld(min(by, 1))
		})
	}
}

func TestHeldBackIsReleasedRightBehind(t *testing.T) {
	s := begin(t, Shape{Delay: 50 * ms, Hold: []Hold{{Stone: 1, By: 2}}})
	s.steady(3, 10*ms)

	t.Log("# the second to pass comes out at 70ms, and the one that was held back at the same instant")
	s.wantNext(2, 60*ms)
	s.wantNext(3, 70*ms)
	s.wantNext(1, 70*ms)
	s.wantNothing()
	s.wantHeld(1)
}

func TestHeldBackAndNobodyPasses(t *testing.T) {
	s := begin(t, Shape{Delay: 50 * ms, Hold: []Hold{{Stone: 1, By: 2}, {Stone: 3, By: 2}, {Stone: 4, By: 1}}})

	t.Log("# a lonely one comes one delay later, and is not reordered")
	s.send(1, 100, Carried)
	s.wantNext(1, 100*ms)
	s.wantHeld(0)

	t.Log("# whoever passes starts the delay again: 3 could come at 300ms, is passed at 240, and comes at 290")
	s.at(150 * ms)
	s.send(3, 100, Carried)
	s.at(190 * ms)
	s.send(5, 100, Carried)
	s.wantNext(5, 240*ms)
	s.wantNext(3, 290*ms)
	s.wantHeld(1)

	t.Log("# a later one that comes in the very last instant has passed")
	s.at(400 * ms)
	s.send(4, 100, Carried)
	s.at(450 * ms)
	s.send(6, 100, Carried)
	s.wantNext(6, 500*ms)
	s.wantNext(4, 500*ms)
	s.wantHeld(2)
	s.wantNothing()
}

func TestHeldBackTogether(t *testing.T) {
	t.Log("# two neighbours wait for the same two, and come out in the order they were sent")
	s := begin(t, Shape{Delay: 50 * ms, Hold: []Hold{{Stone: 2, By: 2}, {Stone: 3, By: 2}}})
	s.steady(6, 10*ms)
	s.wantOrder("1 4 5 2 3 6")
	s.wantHeld(2)

	t.Log("# one that was held back itself has passed as well: for 2 it is the second")
	s = begin(t, Shape{Delay: 50 * ms, Hold: []Hold{{Stone: 2, By: 2}, {Stone: 3, By: 1}}})
	s.steady(6, 10*ms)
	s.wantOrder("1 4 3 2 5 6")
	s.wantHeld(2)
}

func TestJitterKeepsTheOrder(t *testing.T) {
	const count = 20_000
	for _, j := range []Jitter{{Max: 20 * ms}, {Max: 20 * ms, Normal: true}} {
		t.Run(j.String(), func(t *testing.T) {
			s := begin(t, Shape{Delay: 50 * ms, Jitter: j})
			s.steady(count, 20*ms)
			last, waited := time.Duration(0), 0
			for n := range uint64(count) {
				p, at, _ := s.next()
				if p.Stone != n+1 || at < last {
					t.Fatalf("stone %d comes out at %v, behind %v; want stone %d", p.Stone, at, last, n+1)
				}
				if at == last {
					waited++
				}
				last = at
			}
			if waited == 0 {
				t.Error("no stone had to wait for the one before it")
			}
		})
	}
}

func TestNormalJitterNeverFliesBackInTime(t *testing.T) {
	s := begin(t, Shape{Delay: ms, Jitter: Jitter{Max: ms, Normal: true}, Overtake: true, Bandwidth: Gbit})
	for n := range uint64(10_000) {
		s.Send(0, Packet{Stone: n + 1, Size: 125})
	}
	for p, at, ok := s.next(); ok; p, at, ok = s.next() {
		if sent := time.Duration(p.Stone) * time.Microsecond; at < sent {
			t.Fatalf("stone %d comes out at %v and has left at %v", p.Stone, at, sent)
		}
	}
}

func TestDuplicate(t *testing.T) {
	s := begin(t, Shape{Delay: 50 * ms, Bandwidth: Mbit, Queue: Queue{Packets: 3}, Duplicate: 100 * Percent})

	t.Log("# the copy goes right behind, takes its turn, and is not copied itself")
	s.send(1, 1250, Carried)
	s.send(2, 1250, Carried)
	first, _, _ := s.next()
	second, at, _ := s.next()
	if first.Copy || !second.Copy || second.Stone != 1 || at != 70*ms {
		t.Errorf("then %+v at %v; want the copy of stone 1 at 70ms", second, at)
	}
	s.wantOrder("2")

	t.Log("# the copy of 2 found the queue full")
	want := Counts{Sent: 2, SentBytes: 2500, Copied: 2, Overflowed: 1, Arrived: 3, ArrivedBytes: 3750}
	if got := s.Counts(); got != want {
		t.Errorf("Counts = %+v; want %+v", got, want)
	}

	t.Log("# of a copy is told before anything of either: who counts what is left of a packet never finds none")
	for n := range uint64(3) {
		s.Send(time.Second, Packet{Stone: n + 3, Size: 1250})
	}
	s.order()
	var told []string
	for e, ok := s.Event(); ok; e, ok = s.Event() {
		told = append(told, fmt.Sprint(e.Packet.Stone, " ", e.Fate, " ", e.Packet.Copy))
	}
	if got, want := strings.Join(told, ", "), "3 copied true, 4 copied true, 4 overflowed true, 5 copied true, 5 overflowed false, 5 overflowed true"; got != want {
		t.Errorf("told: %s\nwant: %s", got, want)
	}

	t.Log("# what is lost is not copied")
	s = begin(t, Shape{Drop: []uint64{1}, Duplicate: 100 * Percent})
	if first, second := give(s.Wire, 0, Packet{Stone: 1}); first != Lost || second != none {
		t.Errorf("the fates are %v, %v; want lost, and no copy", first, second)
	}
}

func TestCorrupt(t *testing.T) {
	s := begin(t, Shape{Corrupt: 100 * Percent})
	t.Log("# one bit is wrong, wherever, and the sender's own bytes stay as they are")
	var wrong [8]byte
	for n := range uint64(1000) {
		data := make([]byte, 8)
		s.Send(0, Packet{Stone: n + 1, Size: 8, Data: data})
		p, ok := s.Arrive(0)
		if !ok || !p.Damaged || !bytes.Equal(data, make([]byte, 8)) {
			t.Fatalf("Arrive = %+v, %v; sent %x; want it damaged, and zeros sent", p, ok, data)
		}
		ones := 0
		for i, b := range p.Data {
			ones += bits.OnesCount8(b)
			wrong[i] |= b
		}
		if ones != 1 {
			t.Fatalf("stone %d comes with %d bits wrong; want 1", p.Stone, ones)
		}
	}
	if wrong != [8]byte{255, 255, 255, 255, 255, 255, 255, 255} {
		t.Errorf("of 1000 only the bits %x were ever hit; want all of 64", wrong)
	}

	t.Log("# without bytes it is only said")
	s.send(1001, 100, Carried)
	if p, _ := s.Arrive(0); !p.Damaged || p.Data != nil {
		t.Errorf("Arrive = %+v; want it damaged", p)
	}
}

func TestDropList(t *testing.T) {
	s := begin(t, Shape{Drop: []uint64{4, 2}})

	t.Log("# the first copy is lost, the second throw is not")
	s.send(1, 100, Carried)
	s.send(2, 100, Lost)
	s.send(3, 100, Carried)
	s.send(4, 100, Lost)
	s.Send(0, Packet{Stone: 2, Again: true})
	s.wantOrder("1 3 2")

	t.Log("# a packet that begins within 2 carries only what is left of it, and one without stones carries none")
	for _, p := range []Packet{{Stone: 2, Offset: 7}, {Stone: 2, Offset: 7, Last: 3}, {}, {Stone: 5, Last: 9}} {
		if fate, _ := give(s.Wire, 0, p); fate != Carried {
			t.Errorf("%+v is %v; want carried", p, fate)
		}
	}

	t.Log("# a segment is lost if 4 begins anywhere in it")
	for _, p := range []Packet{{Stone: 3, Last: 4}, {Stone: 3, Offset: 1, Last: 4}, {Stone: 4, Last: 6}, {Stone: 1, Last: 9}} {
		if fate, _ := give(s.Wire, 0, p); fate != Lost {
			t.Errorf("%+v is %v; want lost", p, fate)
		}
	}
}

func TestDropEvery(t *testing.T) {
	s := begin(t, Shape{DropEvery: 20})
	lost := 0
	for n := range uint64(1000) {
		want := Carried
		if (n+1)%20 == 0 {
			want = Lost
			lost++
		}
		s.send(n+1, 100, want)
	}
	if got := s.Counts().Lost; got != 50 || lost != 50 {
		t.Errorf("lost %d; want 50", got)
	}
	for _, tt := range []struct {
		p    Packet
		want Fate
	}{
		{Packet{Stone: 20, Again: true}, Carried},
		{Packet{Stone: 20, Offset: 5, Last: 39}, Carried},
		{Packet{Stone: 20, Offset: 5, Last: 40}, Lost},
		{Packet{}, Carried},
	} {
		if got, _ := give(s.Wire, 0, tt.p); got != tt.want {
			t.Errorf("%+v is %v; want %v", tt.p, got, tt.want)
		}
	}
}

func TestDropPackets(t *testing.T) {
	t.Log("# the first and the third packet that anybody sends are lost, whatever is in them")
	s := begin(t, Shape{DropPackets: []uint64{3, 1}})
	for i, p := range []Packet{{}, {}, {Stone: 1}, {Stone: 1, Again: true}, {Stone: 2}} {
		want := Carried
		if i == 0 || i == 2 {
			want = Lost
		}
		if got, _ := give(s.Wire, 0, p); got != want {
			t.Errorf("packet %d is %v; want %v", i+1, got, want)
		}
	}
}

func TestDoomed(t *testing.T) {
	t.Log("# what its sender's list names is lost")
	s := begin(t, Shape{})
	for _, p := range []Packet{{}, {Doomed: true}, {Stone: 1, Doomed: true}, {Stone: 1, Again: true}, {Stone: 2}} {
		want := Carried
		if p.Doomed {
			want = Lost
		}
		if got, _ := give(s.Wire, 0, p); got != want {
			t.Errorf("%+v is %v; want %v", p, got, want)
		}
	}
}

func TestMTU(t *testing.T) {
	s := begin(t, Shape{MTU: 1500, Bandwidth: Mbit})
	t.Log("# one byte too many, and it does not even take its turn")
	s.send(1, 1501, TooBig)
	s.send(2, 1500, Carried)
	s.wantNext(2, 12*ms)
	s.wantNothing()
}

func TestGemodelFateIsThatOfTheStateBefore(t *testing.T) {
	t.Log("# P = R = 100% changes the state with each packet; the first finds the good one")
	s := begin(t, Shape{Loss: Loss{Gemodel: Gemodel{P: whole, R: whole, Bad: whole}}})
	for n := uint64(1); n < 10; n += 2 {
		s.send(n, 100, Carried)
		s.send(n+1, 100, Lost)
	}
}

func TestCountsCheck(t *testing.T) {
	whole := Counts{Sent: 10, Copied: 2, Lost: 3, Overflowed: 1, TooBig: 1, InFlight: 2, Arrived: 5, Damaged: 4, Held: 1}
	if err := whole.Check(); err != nil {
		t.Error(err)
	}
	broken := whole
	broken.Lost--
	const want = "wire: sent 10 + copied 2 = 12, but arrived 5 + lost 2 + overflowed 1 + too big 1 + policed 0 + managed 0 + in flight 2 = 11"
	if err := broken.Check(); err == nil || err.Error() != want {
		t.Errorf("Check = %v; want %s", err, want)
	}
}

func TestNames(t *testing.T) {
	if got := fmt.Sprint(Carried, Copied, Lost, Overflowed, TooBig, Fate(none)); got != "carried copied lost overflowed too big Fate(255)" {
		t.Error(got)
	}
	if got := fmt.Sprint(Out, Back, Direction(9)); got != "out back Direction(9)" {
		t.Error(got)
	}
}
