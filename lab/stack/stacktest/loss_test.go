package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// rtt is the round trip, in ms, of the stories whose times are given to a tenth of a
// millisecond.
const rtt = 40.27

// rto is the retransmission timeout, in ms, after a handshake of rtt.
const rto = rtt + 200

// written opens a connection whose handshake took r ms, and writes n stones of
// 1000 B at time zero.
func written(t *testing.T, s *Story, r float64, n int) {
	t.Helper()
	s.Connected(ms(r))
	for k := 1; k <= n; k++ {
		s.Write(1000).Gives(1000)
		s.Out(same(0), stone("P.", k, 1000))
	}
}

// doublings expects segment 1 again and again, by the retransmission timer. Each time
// counts from the one before.
func doublings(t *testing.T, s *Story, again string, gaps ...When) {
	t.Helper()
	for _, gap := range gaps {
		s.Mark()
		s.Out(gap, again)
	}
}

func TestV28OneStoneWithoutAnAnswer(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		written(t, s, rtt, 1)
		s.Say("the first is the tail loss probe; the timeout counts from there")
		doublings(t, s, stone("P.", 1, 1000),
			timer(rto, 244, 248),
			timer(rto, 244, 248),
			timer(2*rto, 492, 520),
			timer(4*rto, 992, 992),
			timer(8*rto, 1984, 1984))
	})
}

func TestV29And30ManyStonesWithoutAnAnswer(t *testing.T) {
	for _, n := range []int{2, 5} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			written(t, s, rtt, n)
			s.Out(timer(2*rtt+2, 84, 88), stone("P.", n, 1000))
			doublings(t, s, stone("P.", 1, 1000),
				timer(rto, 248, 248),
				timer(2*rto, 492, 520),
				timer(4*rto, 992, 992))
		})
	}
}

func TestV31StonesWithoutAnAnswerOnALongRoad(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		written(t, s, 300, 1)
		doublings(t, s, stone("P.", 1, 1000), timer(800, 804, 832), timer(900, 928, 928))
	})
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		written(t, s, 300, 2)
		s.Out(timer(602, 608, 636), stone("P.", 2, 1000))
		doublings(t, s, stone("P.", 1, 1000), timer(900, 928, 928))
	})
}

func TestV32StonesWithoutAnAnswerOnAShortRoad(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		written(t, s, 10, 2)
		s.Out(timer(22, 24, 28), stone("P.", 2, 1000))
		doublings(t, s, stone("P.", 1, 1000),
			timer(210, 216, 216),
			timer(420, 428, 456),
			timer(840, 864, 864))
	})
}

// thrown throws n stones, one each 5 ms. Those before the lost one are acknowledged 41
// ms later.
func thrown(t *testing.T, s *Story, n, lost int) {
	t.Helper()
	s.Connected(ms(41))
	s.throw(n, 5, 41, func(k int) string {
		if k >= lost {
			return ""
		}
		return ackOf(k, 1000)
	})
}

// throw throws n stones, one every gap ms. The ACK of stone k comes r ms later, if ack
// returns one. It ends after the last ACK.
func (s *Story) throw(n int, gap, r float64, ack func(k int) string) {
	s.t.Helper()
	acks := 1
	answer := func(until float64) {
		for ; acks <= n && float64(acks-1)*gap+r <= until; acks++ {
			if text := ack(acks); text != "" {
				s.In(ms(float64(acks-1)*gap+r), text)
			}
		}
	}
	for k := 1; k <= n; k++ {
		at := float64(k-1) * gap
		answer(at)
		s.Until(ms(at))
		s.Write(1000).Gives(1000)
		s.Out(same(at), stone("P.", k, 1000))
	}
	answer(float64(n-1)*gap + r)
}

func TestV32aTheLastStoneIsLost(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		thrown(t, s, 10, 10)
		s.Say("a single segment is out: the timeout comes before the probe would")
		s.Out(timer(81+241, 325, 329), stone("P.", 10, 1000))
	})
}

func TestV32bTheLastTwoStonesAreLost(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		thrown(t, s, 10, 9)
		probe := s.Out(timer(76+84, 160, 164), stone("P.", 10, 1000))
		s.In(probe.At+ms(41), ackOf(8, 1000, [2]int{10, 10}))
		s.Out(At(s.Now()), stone("P.", 9, 1000))
	})
}

func TestV32bTheLastThreeStonesAreLost(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		thrown(t, s, 10, 8)
		probe := s.Out(timer(71+84, 155, 159), stone("P.", 10, 1000))
		s.In(probe.At+ms(41), ackOf(7, 1000, [2]int{10, 10}))
		s.Out(At(s.Now()), stone("P.", 8, 1000))
		s.In(s.Now()+ms(41), ackOf(8, 1000, [2]int{10, 10}))
		s.Out(At(s.Now()), stone("P.", 9, 1000))
		s.Silent(s.Now() + ms(41))
	})
}

func TestV3And33TheReorderingTimerSendsAgain(t *testing.T) {
	const r, window = 40.2, 40.2 / 4
	t.Run("a quarter of the RTT is left", func(t *testing.T) {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			written(t, s, r, 10)
			s.In(ms(r), ackOf(0, 1000, [2]int{2, 2}))
			s.Out(timer(r+window+2, r+16, r+20), stone("P.", 1, 1000))
		})
	})
	t.Run("hardly anything is left", func(t *testing.T) {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			written(t, s, r, 1)
			s.Until(ms(9.85))
			s.Write(1000).Gives(1000)
			s.Out(same(9.85), stone("P.", 2, 1000))
			s.In(ms(9.85+r), ackOf(0, 1000, [2]int{2, 2}))
			s.Out(timer(9.85+r+2.2, 9.85+r+4, 9.85+r+8), stone("P.", 1, 1000))
		})
	})
}

func TestV34TheThirdSACKSendsAgain(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		thirdSACK(t, s)
		wantPhase(t, s, tcp.Recovering)
		wantWindow(t, s, 7, 7)
	})
}

// thirdSACK sends ten stones, of which the first is found lost by the SACKs of
// the next three, and returns its repeat.
func thirdSACK(t *testing.T, s *Story) (original, again Sent) {
	t.Helper()
	s.Connected(ms(40))
	for k := 1; k <= 10; k++ {
		s.Write(1000).Gives(1000)
		out := s.Out(same(0), stone("P.", k, 1000))
		if k == 1 {
			original = out
		}
	}
	s.In(ms(40), ackOf(0, 1000, [2]int{2, 2}))
	s.In(ms(41), ackOf(0, 1000, [2]int{2, 3}))
	s.In(ms(42), ackOf(0, 1000, [2]int{2, 4}))
	return original, s.Out(same(42), stone("P.", 1, 1000))
}

func TestV35ReorderingThatWasSeenLetsOnlyTimeCount(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		const r, last = 40.2, 47.2
		written(t, s, r, 10)
		s.In(ms(r), ackOf(0, 1000, [2]int{2, 2}))
		s.In(ms(r+2), ackOf(2, 1000))
		for i := range 4 {
			s.In(ms(last-3+float64(i)), ackOf(2, 1000, [2]int{4, 4 + i}))
		}
		s.Out(timer(last+r/4+2, last+16, last+20), stone("P.", 3, 1000))
	})
}

// timedOut sends ten stones that are not acknowledged, until the first is sent again at
// the timeout.
func timedOut(t *testing.T, s *Story) (originals []Sent, again Sent) {
	t.Helper()
	s.Connected(ms(40))
	for k := 1; k <= 10; k++ {
		s.Write(1000).Gives(1000)
		originals = append(originals, s.Out(same(0), stone("P.", k, 1000)))
	}
	s.Out(timer(82, 84, 88), stone("P.", 10, 1000))
	return originals, s.Out(timer(82+240, 324, 336), stone("P.", 1, 1000))
}

// RFC 3522: an ACK that echoes the original shows that the timeout was needless.
func TestV36ATimeoutIsUndoneByTheEcho(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		originals, _ := timedOut(t, s)
		wantPhase(t, s, tcp.Loss)
		s.In(ms(400), ackOf(1, 1000), Echo(originals[0]))
		wantPhase(t, s, tcp.Open)
		wantWindow(t, s, 11, none)
		s.Silent(ms(400))
	})
}

func TestV37ATimeoutIsUndoneByALaterEcho(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		originals, again := timedOut(t, s)
		s.In(ms(400), ackOf(1, 1000), Echo(again))
		s.Out(same(400), stone("P.", 2, 1000))
		s.Out(same(400), stone("P.", 3, 1000))
		wantWindow(t, s, 2, 7)
		s.In(ms(401), ackOf(2, 1000), Echo(originals[1]))
		s.Skip(ms(401))
		s.In(ms(402), ackOf(10, 1000), Echo(originals[9]))
		wantPhase(t, s, tcp.Open)
		if got := s.Info().Threshold; got != none {
			s.Fatalf("ssthresh %d; want none", got)
		}
	})
}

func TestV38ARecoveryIsUndoneByDSACK(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		_, again := thirdSACK(t, s)
		s.In(ms(80), ackOf(10, 1000), Echo(again))
		wantPhase(t, s, tcp.Open)
		s.Say("seven segments were delivered, enough for CUBIC to grow by one")
		wantWindow(t, s, 8, 7)
		s.In(ms(85), ackOf(10, 1000, [2]int{1, 1}))
		wantWindow(t, s, 10, none)
	})
}

func TestV39ARecoveryIsUndoneByTheEcho(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		original, _ := thirdSACK(t, s)
		s.In(ms(48), ackOf(10, 1000), Echo(original))
		wantPhase(t, s, tcp.Open)
		wantWindow(t, s, 17, none)
	})
}
