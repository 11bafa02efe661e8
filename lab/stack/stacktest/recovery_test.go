package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// full is the payload of a full segment.
const full = 1448

// queued opens a connection and writes 40 full segments, of which ten leave.
func queued(t *testing.T, s *Story) {
	t.Helper()
	s.Connected(ms(40))
	for range 40 {
		s.Write(full).Gives(full)
	}
	for k := 1; k <= 10; k++ {
		s.Out(same(0), stone("P.", k, full))
	}
}

// sends expects segments to leave now, whatever their PSH says.
func sends(t *testing.T, s *Story, segments ...int) {
	t.Helper()
	for _, k := range segments {
		got := s.Next(At(s.Now()), stone(".", k, full))
		if want := uint32(1 + (k-1)*full); got.Seq != want || got.Len != full {
			s.Fatalf("sent %v; want segment %d, which begins with %d", got.Segment, k, want)
		}
	}
	s.Silent(s.Now())
}

// RFC 9937: what is sent is proportional to what is delivered.
func TestV34aOneLossWithDataWaiting(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		queued(t, s)
		sack := func(at float64, to int) { s.In(ms(at), ackOf(0, full, [2]int{2, to})) }
		sack(40, 2)
		sends(t, s, 11)
		s.Say("a pair would be cut by the window, so it waits for the next ACK")
		sack(40.5, 3)
		sends(t, s)
		sack(41, 4)
		sends(t, s, 1)
		wantPhase(t, s, tcp.Recovering)
		wantWindow(t, s, 8, 7)
		sack(41.5, 5)
		sends(t, s)
		for i, next := range []int{12, 13, 14, 15, 16} {
			sack(42+float64(i)/2, 6+i)
			sends(t, s, next)
			wantWindow(t, s, 7, 7)
		}
		sack(80, 11)
		sends(t, s, 17)
		wantWindow(t, s, 7, 7)
		s.In(ms(81), ackOf(11, full))
		wantPhase(t, s, tcp.Open)
		wantWindow(t, s, 7, 7)
		sends(t, s, 18)
		s.Say("one for each ACK; a round trip later the window has grown by one")
		for i, next := range []int{19, 20, 21, 22, 23} {
			s.In(ms(82+float64(i)/2), ackOf(12+i, full))
			sends(t, s, next)
			wantWindow(t, s, 7, 7)
		}
		s.In(ms(121), ackOf(17, full))
		wantWindow(t, s, 8, 7)
		s.Skip(s.Now())
	})
}

func TestV34bFourLossesWithDataWaiting(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		queued(t, s)
		sack := func(at float64, to int) { s.In(ms(at), ackOf(0, full, [2]int{5, to})) }
		sack(40, 5)
		sends(t, s, 11)
		sack(40.5, 6)
		sends(t, s)
		sack(41, 7)
		sends(t, s, 1)
		wantWindow(t, s, 5, 7)
		if got := s.Info().Lost; got != 4 {
			s.Fatalf("%d segments are taken for lost; want 4", got)
		}
		for i, again := range []int{2, 3, 4} {
			sack(41.5+float64(i)/2, 8+i)
			sends(t, s, again)
			wantWindow(t, s, 5, 7)
		}
		sack(80, 11)
		sends(t, s, 12)
		s.In(ms(81), ackOf(1, full, [2]int{5, 11}))
		sends(t, s, 13, 14)
		wantWindow(t, s, 6, 7)
		s.In(ms(81.5), ackOf(2, full, [2]int{5, 11}))
		sends(t, s, 15, 16)
		wantWindow(t, s, 7, 7)
		s.In(ms(82), ackOf(3, full, [2]int{5, 11}))
		sends(t, s, 17)
		s.In(ms(82.5), ackOf(11, full))
		wantPhase(t, s, tcp.Open)
		wantWindow(t, s, 7, 7)
		sends(t, s, 18)
	})
}
