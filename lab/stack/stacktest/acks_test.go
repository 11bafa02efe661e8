package stacktest

import (
	"fmt"
	"testing"
	"time"

	"stones/lab/stack/tcp"
)

// arrivals makes n segments of size bytes arrive, one every gap ms, and returns the ACKs
// up to until ms.
func arrivals(t *testing.T, s *Story, flags string, n, size int, gap float64, until float64) []Sent {
	t.Helper()
	var acks []Sent
	for i := range n {
		acks = append(acks, s.Skip(ms(float64(i)*gap))...)
		s.In(ms(float64(i)*gap), stone(flags, i+1, size))
		acks = append(acks, s.Skip(s.Now())...)
	}
	return append(acks, s.Skip(ms(until))...)
}

// acked lists how many segments of size bytes each ACK covers.
func acked(acks []Sent, size int) []int {
	list := make([]int, len(acks))
	for i, a := range acks {
		list[i] = int(a.Ack-1) / size
	}
	return list
}

// count returns from, from+step, ... to.
func count(from, to, step int) []int {
	var list []int
	for ; from <= to; from += step {
		list = append(list, from)
	}
	return list
}

func wantACKs(t *testing.T, s *Story, acks []Sent, size int, want ...[]int) {
	t.Helper()
	var all []int
	for _, w := range want {
		all = append(all, w...)
	}
	if got := acked(acks, size); fmt.Sprint(got) != fmt.Sprint(all) {
		s.Fatalf("segments covered by the ACKs:\n%v; want\n%v", got, all)
	}
}

func wantAtArrival(t *testing.T, s *Story, acks []Sent, size int, gap float64) {
	t.Helper()
	for i, n := range acked(acks, size) {
		if want := ms(float64(n-1) * gap); acks[i].At != want {
			s.Fatalf("segment %d is acknowledged at %v; want %v, its arrival", n, acks[i].At, want)
		}
	}
}

func TestV6EachPushedSegmentIsAcknowledgedWhenItIsRead(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		s.Reading(true)
		acks := arrivals(t, s, "P.", 40, 1000, 5, 1000)
		wantACKs(t, s, acks, 1000, count(1, 40, 1))
		wantAtArrival(t, s, acks, 1000, 5)
	})
}

func TestV7And9EverySecondSegmentIsAcknowledgedAfterTheQuickOnes(t *testing.T) {
	for _, size := range []int{1000, 100} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			s.Accepted(ms(40))
			s.Reading(true)
			acks := arrivals(t, s, ".", 60, size, 5, 1000)
			wantACKs(t, s, acks, size, count(1, 16, 1), count(18, 60, 2))
			wantAtArrival(t, s, acks, size, 5)
		})
	}
}

// leastDelay is the least delay of a delayed ACK.
const leastDelay = 40 * time.Millisecond

func TestV8UnreadSegmentsAreAcknowledgedByTheDelayedACK(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		acks := arrivals(t, s, "P.", 40, 1000, 5, 1000)
		wantACKs(t, s, acks[:16], 1000, count(1, 16, 1))
		wantAtArrival(t, s, acks[:16], 1000, 5)
		s.Say("a delayed ACK that is due within 10 ms goes with the segment that arrives")
		late := acks[16:]
		if s.options.Tick == 0 {
			wantACKs(t, s, late, 1000, []int{23, 30, 37, 40})
			for i, at := range []float64{110, 145, 180, 225} {
				if late[i].At != ms(at) {
					s.Fatalf("ACK of %d at %v; want %v ms", late[i].Ack, late[i].At, at)
				}
			}
			return
		}
		before := 16
		for i, n := range acked(late, 1000) {
			at, arrival := late[i].At, ms(5*float64(n-1))
			due := ms(5*float64(before)) + leastDelay // of the first that is not acknowledged
			switch d := n - before; {
			case at == arrival && (d == 7 || d == 8):
			case n == 40 && at >= due && at <= due+tick:
			default:
				s.Fatalf("ACK of %d more segments at %v; want 7 or 8 at the arrival of the last, %v, or at the end %v", d, at, arrival, due)
			}
			before = n
		}
	})
}

func TestV10FullSegmentsAreAcknowledgedAloneWhileTheWindowGrows(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		s.Reading(true)
		acks := arrivals(t, s, ".", 120, 1448, 1.2, 1000)
		wantACKs(t, s, acks[:22], 1448, count(1, 22, 1))
		wantAtArrival(t, s, acks[:22], 1448, 1.2)
		for i, n := range acked(acks[22:], 1448) {
			before := int(acks[21+i].Ack-1) / 1448
			switch grew := acks[22+i].Window > acks[21+i].Window; {
			case n-before > 2:
				s.Fatalf("an ACK covers %d segments; want at most 2", n-before)
			case n-before == 1 && !grew && n != 120 && i > 0 && acks[21+i].Window == acks[20+i].Window:
				s.Fatalf("segment %d is acknowledged alone, while the window stands at %d", n, acks[22+i].Window)
			}
		}
	})
}

func TestV11LonelyUnreadSegmentsWaitForTheDelayedACK(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		for n := 1; n <= 24; n++ {
			s.In(ms(float64(n-1)*100), stone(".", n, 100))
			due := float64(n-1) * 100
			if n > 16 {
				s.Out(timer(due+40, due+40, due+44), fmt.Sprintf(". 1:1(0) ack %d", 1+n*100))
				continue
			}
			s.Out(same(due), fmt.Sprintf(". 1:1(0) ack %d", 1+n*100))
		}
	})
}

func TestV12AConversationDelaysItsACKs(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		s.Say("a request, and its answer after 10 ms")
		s.In(0, "P. 1:101(100) ack 1")
		s.Out(same(0), ". 1:1(0) ack 101")
		s.Until(ms(10))
		s.Read(1000).Gives(100)
		s.Write(100).Gives(100)
		s.Out(same(10), "P. 1:101(100) ack 101")
		s.In(ms(50), ". 101:101(0) ack 101")
		s.Say("the second request is not acknowledged at once, and not by reading it")
		s.In(ms(100), "P. 101:201(100) ack 101")
		s.Out(timer(140, 140, 144), ". 101:101(0) ack 201")
		s.Until(ms(200))
		s.Read(1000).Gives(100)
		s.Silent(ms(1000))
	})
}
