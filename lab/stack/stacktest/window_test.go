package stacktest

import (
	"fmt"
	"syscall"
	"testing"

	"stones/lab/stack/tcp"
)

// RFC 7323 section 2.2: the window of a SYN is not scaled.
func TestTheFirstWindow(t *testing.T) {
	for _, tt := range []struct{ rcvbuf, syn, synAck, scale int }{
		{0, 64_240, 65_160, 10},
		{16_384, 15_928, 15_928, 0},
		{65_536, 64_240, 65_160, 1},
		{1 << 20, 64_240, 65_535, 5},
	} {
		config := tcp.Config{ReceiveBuffer: tt.rcvbuf}
		s := New(t, Options{Config: config})
		s.Listen().Gives(0)
		s.In(0, "S 0:0(0)")
		s.Out(same(0), fmt.Sprintf("S. 0:0(0) ack 1 win %d <mss 1460,sackOK,nop,wscale %d>", tt.synAck, tt.scale))
		if tt.rcvbuf != 0 {
			continue
		}
		s = New(t, Options{Config: config})
		s.Connect().Fails(syscall.EINPROGRESS)
		s.Out(same(0), fmt.Sprintf("S 0:0(0) win %d <mss 1460,sackOK,nop,wscale %d>", tt.syn, tt.scale))
	}
}

// edge is the right edge of the window that an ACK announces with a scale.
func edge(a Sent, scale int) uint32 { return a.Ack + uint32(a.Window)<<scale }

// RFC 9293 section 3.8.6: the right edge of the window does not move left.
func TestTheRightEdgeNeverMovesLeft(t *testing.T) {
	for _, size := range []int{100, 536, 1000, 1448} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			s.Accepted(ms(40))
			last := uint32(65161)
			for n := 1; n <= 400; n++ {
				if uint32(1+n*size) > last {
					break
				}
				s.In(ms(float64(n)), stone(".", n, size))
				for _, a := range s.Skip(ms(float64(n))) {
					if a.Ack != 1 && edge(a, 10) < last {
						s.Fatalf("the right edge moves from %d to %d", last, edge(a, 10))
					}
					last = max(last, edge(a, 10))
				}
			}
		})
	}
}

// Full segments show that a buffer holds more than half of its memory in bytes.
func TestTheWindowGrowsWithTheFirstFullSegments(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.Reading(true)
	var windows []int
	for n := 1; n <= 12; n++ {
		s.In(ms(float64(n)), stone(".", n, full))
		windows = append(windows, s.Out(same(float64(n)), fmt.Sprintf(". 1:1(0) ack %d", 1+n*full)).Window)
	}
	if first, sixth := windows[0]<<10, windows[5]<<10; first < 64<<10 || first > 70<<10 || sixth < 78<<10 || sixth > 84<<10 {
		t.Errorf("windows %v KiB; want from 65 to 80 KB over the first six segments", windows)
	}

	s = New(t, Options{})
	s.Accepted(ms(40))
	s.Reading(true)
	for n := 1; n <= 12; n++ {
		s.In(ms(float64(n)), stone("P.", n, 1000))
		if w := s.Out(same(float64(n)), fmt.Sprintf(". 1:1(0) ack %d", 1+n*1000)).Window << 10; w > 66<<10 {
			t.Errorf("window %d after stone %d; want no growth: most of its memory is not used", w, n)
		}
	}
}

// A buffer of 128,000 B takes segments until it is exceeded, each for 2304 B, though the
// window was open for more. Each segment that it refuses is answered at once by a closed
// window. A segment that fits behind the one before costs nothing: two of 806 B fit into
// the 1612 B behind a header of 52 B.
func TestAFullReceiveBufferDropsSegments(t *testing.T) {
	for _, tt := range []struct{ size, held int }{{1000, 56}, {807, 56}, {806, 62}} {
		eachTick(t, tcp.Config{ReceiveBuffer: 64_000}, func(t *testing.T, s *Story) {
			t.Helper()
			s.Accepted(ms(40))
			for n := 1; n <= 62; n++ {
				at := 5 * float64(n)
				s.In(ms(at), stone("P.", n, tt.size))
				if n > tt.held {
					s.Out(same(at), fmt.Sprintf(". 1:1(0) ack %d win 0", 1+tt.held*tt.size))
				}
				s.Skip(s.Now())
			}
			s.Skip(ms(1000))
			if got := s.Info().Unread; got != tt.held*tt.size {
				t.Errorf("%d B are held; want %d segments of %d B", got, tt.held, tt.size)
			}
		})
	}
}

// What lies beyond a window that has shrunk is not sent again, except for the first
// segment, which the timeout sends as a probe of the window.
func TestAWindowDrawnBackIsProbedByTheFirstSegment(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		written(t, s, rtt, 10)
		s.In(ms(rtt), ackOf(4, 1000)+" win 0")
		s.Say("no tail loss probe: the last segment lies beyond the window")
		s.Out(timer(rto, 244, 252), stone("P.", 5, 1000))
		s.In(s.Now()+ms(rtt), ackOf(4, 1000)+" win 0")
		s.Mark()
		s.Out(timer(2*rto-rtt, 492-rtt, 520-rtt), stone("P.", 5, 1000))
		s.Say("the second timeout has halved the window of the first")
		wantWindow(t, s, 1, 2)
		s.In(s.Now()+ms(rtt), ackOf(5, 1000))
		s.Out(At(s.Now()), stone("P.", 6, 1000))
		s.Out(At(s.Now()), stone("P.", 7, 1000))
		wantWindow(t, s, 2, 2)
	})
}
