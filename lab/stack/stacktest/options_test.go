package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// Minshall: a short segment waits only while an earlier short one is not acknowledged.
func TestNagle(t *testing.T) {
	s := New(t, Options{Config: tcp.Config{Nagle: true}})
	s.Connected(ms(40))
	s.Write(100).Gives(100)
	s.Out(same(0), "P. 1:101(100) ack 1")
	s.Write(100).Gives(100)
	s.Silent(ms(10))
	s.Say("full segments do not wait")
	s.Write(full).Gives(full)
	s.Out(same(10), ". 101:1549(1448) ack 1")
	s.Silent(ms(40))
	s.In(ms(40), ". 1:1(0) ack 101")
	s.Out(same(40), "P. 1549:1649(100) ack 1")
	s.Say("a FIN never waits")
	s.Write(50).Gives(50)
	s.Silent(ms(41))
	s.Shutdown().Gives(0)
	s.Out(same(41), "FP. 1649:1699(50) ack 1")
}

func TestSetNoDelaySendsWhatWaits(t *testing.T) {
	s := New(t, Options{Config: tcp.Config{Nagle: true}})
	s.Connected(ms(40))
	s.Write(100).Gives(100)
	s.Out(same(0), "P. 1:101(100) ack 1")
	s.Write(100).Gives(100)
	s.Silent(ms(10))
	s.SetNoDelay(true).Gives(0)
	s.Out(same(10), "P. 101:201(100) ack 1")
}

func TestWithoutDelayedACKs(t *testing.T) {
	s := New(t, Options{Config: tcp.Config{NoDelayedACK: true}})
	s.Accepted(ms(40))
	for n := 1; n <= 40; n++ {
		s.In(ms(float64(n)), stone(".", n, 100))
		s.Out(same(float64(n)), ackOf(n, 100))
	}
}

func TestInitialWindow(t *testing.T) {
	for _, window := range []int{1, 3, 20} {
		s := New(t, Options{Config: tcp.Config{InitialWindow: window}})
		s.Connected(ms(40))
		for range 40 {
			s.Write(1000).Gives(1000)
		}
		for k := 1; k <= window; k++ {
			s.Out(same(0), stone("P.", k, 1000))
		}
		s.Silent(0)
	}
}

// RFC 6582: without SACK, duplicate ACKs are counted, and a partial ACK shows
// the next loss.
func TestNewReno(t *testing.T) {
	eachTick(t, tcp.Config{NoSACK: true}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connected(ms(40))
		for range 10 {
			s.Write(1000).Gives(1000)
		}
		for k := 1; k <= 10; k++ {
			s.Out(same(0), stone("P.", k, 1000))
		}
		s.Say("1 and 5 are lost")
		s.In(ms(40), ackOf(0, 1000))
		s.In(ms(41), ackOf(0, 1000))
		s.In(ms(42), ackOf(0, 1000))
		s.Out(same(42), stone("P.", 1, 1000))
		wantPhase(t, s, tcp.Recovering)
		for i := range 5 {
			s.In(ms(43+float64(i)), ackOf(0, 1000))
		}
		s.In(ms(82), ackOf(4, 1000))
		s.Out(same(82), stone("P.", 5, 1000))
		s.In(ms(122), ackOf(10, 1000))
		s.Write(1000).Gives(1000)
		s.Out(same(122), stone("P.", 11, 1000))
		s.In(ms(162), ackOf(11, 1000))
		wantPhase(t, s, tcp.Open)
		if got := s.Info().Threshold; got != 7 {
			s.Fatalf("ssthresh %d; want 7", got)
		}
	})
}

// RFC 6675: by counting, a segment is lost when three above it are acknowledged.
func TestCountedSACKs(t *testing.T) {
	eachTick(t, tcp.Config{Recovery: tcp.SACK}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connected(ms(40))
		for range 10 {
			s.Write(1000).Gives(1000)
		}
		for k := 1; k <= 10; k++ {
			s.Out(same(0), stone("P.", k, 1000))
		}
		s.In(ms(40), ackOf(0, 1000, [2]int{2, 2}))
		s.In(ms(45), ackOf(0, 1000, [2]int{2, 3}))
		s.Say("no timer: two are not enough, however long it takes")
		s.Silent(ms(80))
		s.In(ms(80), ackOf(0, 1000, [2]int{2, 4}))
		s.Out(same(80), stone("P.", 1, 1000))
	})
}
