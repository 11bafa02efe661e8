package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// Behind a hole, on a fast link, one duplicate ACK stands for several later ones.
func TestCompressedSACKs(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		s.Reading(true)
		for n := 1; n <= 40; n++ {
			s.In(ms(float64(n)), stone(".", n, 1000))
			s.Skip(s.Now())
		}
		s.Skip(ms(100))
		s.Say("segment 41 is missing; the others come 0.1 ms apart")
		at := 100.0
		var acks []Sent
		for n := 42; n <= 81; n++ {
			acks = append(acks, s.Skip(ms(at))...)
			s.In(ms(at), stone(".", n, 1000))
			acks = append(acks, s.Skip(ms(at))...)
			at += 0.1
		}
		acks = append(acks, s.Skip(ms(at+10))...)
		if n := len(acks); n < 6 || n > 10 {
			s.Fatalf("%d ACKs for 40 segments within 4 ms; want three at once and one a millisecond then", n)
		}
		for i, a := range acks[:3] {
			if want := ms(100 + 0.1*float64(i)); a.At != want {
				s.Fatalf("duplicate ACK %d at %v; want %v", i+1, a.At, want)
			}
		}
	})
}

func TestSlowSACKsAreNotCompressed(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.Reading(true)
	for n := 1; n <= 40; n++ {
		s.In(ms(float64(n)), stone("P.", n, 1000))
		s.Skip(s.Now())
	}
	for n := 42; n <= 60; n++ {
		at := 100 + 5*float64(n)
		s.In(ms(at), stone("P.", n, 1000))
		acks := s.Skip(ms(at + 1.1))
		if len(acks) != 1 {
			s.Fatalf("%d ACKs for segment %d; want one", len(acks), n)
		}
	}
}
