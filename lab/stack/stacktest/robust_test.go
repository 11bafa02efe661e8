package stacktest

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

var seeds = flag.Int("seeds", 300, "how many random roads a test tries")

// wantAll checks that every stone came, and that both ends closed in order.
func wantAll(t *testing.T, r *road) {
	t.Helper()
	missing := 0
	for _, at := range r.got {
		if at == 0 {
			missing++
		}
	}
	switch {
	case r.catcher.conn == nil:
		t.Errorf("seed %d: no connection", r.seed)
	case r.thrower.conn.Err() != nil || r.catcher.conn.Err() != nil:
		t.Errorf("seed %d: thrower %v, catcher %v", r.seed, r.thrower.conn.Err(), r.catcher.conn.Err())
	case len(r.got) != r.count || missing > 0:
		t.Errorf("seed %d: %d of %d stones thrown, %d of them missing", r.seed, len(r.got), r.count, missing)
	case !r.finished():
		t.Errorf("seed %d: thrower %v, catcher %v; want both closed", r.seed, r.thrower.conn.State(), r.catcher.conn.State())
	}
	again := 0
	for _, p := range r.packets {
		if p.again {
			again++
		}
		if p.again && p.seg.Probe {
			t.Errorf("seed %d: a probe of the window counts as sent again", r.seed)
		}
	}
	if c := r.thrower.conn.Counters(); c.RetransSegs != again {
		t.Errorf("seed %d: %d packets were sent again; the counter says %d", r.seed, again, c.RetransSegs)
	}
}

// No connection stalls for ever while the road carries anything.
func TestEveryRoadThatCarriesAnythingDeliversAll(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(r *road)
	}{
		{"a fifth lost both ways", func(r *road) {
			r.out.Loss.Random, r.back.Loss.Random = 20*wire.Percent, 20*wire.Percent
		}},
		{"a fifth lost, without SACK", func(r *road) {
			r.out.Loss.Random, r.back.Loss.Random = 20*wire.Percent, 20*wire.Percent
			r.config.NoSACK = true
		}},
		{"a fifth lost, SACKs counted", func(r *road) {
			r.out.Loss.Random, r.back.Loss.Random = 20*wire.Percent, 20*wire.Percent
			r.config.Recovery = tcp.SACK
		}},
		{"a fifth lost, no time stamps", func(r *road) {
			r.out.Loss.Random, r.back.Loss.Random = 20*wire.Percent, 20*wire.Percent
			r.config.NoTimestamps = true
		}},
		{"everything at once", func(r *road) {
			for _, w := range []*wire.Shape{&r.out, &r.back} {
				w.Loss.Random, w.Duplicate = 10*wire.Percent, 10*wire.Percent
				w.Reorder.Share = 10 * wire.Percent
				w.Jitter, w.Overtake = wire.Jitter{Max: 10 * time.Millisecond}, true
			}
		}},
		{"small windows and disorder", func(r *road) {
			r.receive = []int{1, 2304, 4096, 8192, 16384}[r.seed%5]
			for _, w := range []*wire.Shape{&r.out, &r.back} {
				w.Jitter, w.Overtake = wire.Jitter{Max: 20 * time.Millisecond}, true
			}
		}},
		{"small windows and loss", func(r *road) {
			r.receive = []int{1, 2304, 4096, 8192, 16384}[r.seed%5]
			r.out.Loss.Random, r.back.Loss.Random = 10*wire.Percent, 10*wire.Percent
			r.asleep = 500 * time.Millisecond
		}},
		{"small send buffers", func(r *road) {
			r.config.SendBuffer = []int{1, 1000, 2304, 4608}[r.seed%4]
			r.out.Loss.Random, r.back.Loss.Random = 10*wire.Percent, 10*wire.Percent
		}},
		{"Nagle and no delayed ACKs", func(r *road) {
			r.size = 100 + int(r.seed%7)*300
			r.config.Nagle, r.config.NoDelayedACK = r.seed%2 == 0, r.seed%3 == 0
			r.out.Loss.Random, r.back.Loss.Random = 10*wire.Percent, 10*wire.Percent
		}},
		{"NewReno", func(r *road) {
			r.config.Congestion = tcp.NewReno
			r.out.Loss.Random, r.back.Loss.Random = 10*wire.Percent, 10*wire.Percent
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := *seeds
			if testing.Short() {
				n = min(n, 40)
			}
			for seed := range uint64(n) {
				r := newRoad(40, []int{0, 200, 2000}[seed%3])
				r.seed = seed
				if seed%2 == 0 {
					r.ticked(float64(seed%40) / 10)
				}
				tt.make(r)
				wantAll(t, r.run(t))
				if t.Failed() {
					break
				}
			}
		})
	}
}

// A tiny buffer for large segments, together with reordering, does not stall a connection.
func TestATinyBufferForLargeSegmentsOnARoadWithoutOrder(t *testing.T) {
	for seed := range uint64(20) {
		r := newRoad(30, 10)
		r.seed, r.size, r.receive = seed, 2000, 4096
		r.config.MSS = 8960
		for _, w := range []*wire.Shape{&r.out, &r.back} {
			*w = wire.Shape{Delay: 20 * time.Millisecond, Jitter: wire.Jitter{Max: 20 * time.Millisecond}, Overtake: true, MTU: 9000}
		}
		wantAll(t, r.run(t))
	}
}

func TestASleeperBehindASmallWindowCountsProbesAsProbes(t *testing.T) {
	r := newRoad(300, 200)
	r.asleep, r.receive = time.Second, 16_000
	wantAll(t, r.run(t))
}

// Whichever packet is lost on the way out, and whichever on the way back, all stones are
// delivered and both ends close.
func TestAnyOnePacketLost(t *testing.T) {
	for _, close := range []bool{false, true} {
		for lost := uint64(1); lost <= 24; lost++ {
			for lostBack := uint64(0); lostBack <= 24; lostBack++ {
				r := newRoad(12, 0)
				r.out.DropPackets, r.back.DropPackets = []uint64{lost}, nil
				if lostBack > 0 {
					r.back.DropPackets = []uint64{lostBack}
				}
				if close {
					r.every = 5 * time.Millisecond
				}
				wantAll(t, r.run(t))
				if t.Failed() {
					t.Fatalf("packet %d out and %d back were lost", lost, lostBack)
				}
			}
		}
	}
}

// Sequence numbers, and the clock of the time stamps, wrap.
func TestNumbersWrap(t *testing.T) {
	for _, before := range []uint32{0, 1, 2, 999, 1000, 1001, 20_000} {
		s := New(t, Options{PeerISN: -before, Config: tcp.Config{ISS: -before, Stamp: ^uint32(20)}})
		s.Connected(ms(40))
		s.Reading(true)
		sent := 0
		for n := 1; n <= 40; n++ {
			at := float64(n) * 5
			s.Skip(ms(at))
			s.Write(1000).Gives(1000)
			for _, out := range s.Skip(ms(at)) {
				if want := uint32(1 + sent); out.Seq != want {
					s.Fatalf("sent %v; want it to begin with %d", out.Segment, want)
				}
				sent += out.Len
			}
			s.In(ms(at+1), fmt.Sprintf("P. %d:%d(1000) ack %d", 1+(n-1)*1000, 1+n*1000, 1+n*1000))
		}
		s.Skip(ms(1000))
		if sent != 40_000 || s.ReadBytes() != 40_000 || !s.Acked() {
			s.Fatalf("sent %d B, read %d B, all acknowledged: %t; want 40,000 both ways", sent, s.ReadBytes(), s.Acked())
		}
	}
}
