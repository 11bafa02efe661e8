package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/wire"
)

// While the reader sleeps, UDP's socket buffer holds so much and no more; TCP stops the
// thrower, and loses nothing.
func TestAsleep(t *testing.T) {
	for _, tt := range []struct{ size, want int }{{32, 256}, {100, 256}, {1000, 92}, {1400, 92}} {
		const n = 5000
		e := both(classroom(), steady(n, tt.size, 100*time.Microsecond))
		e.Asleep = 3 * time.Second
		r := ran(t, e)
		want := tt.want // 212,992 bytes, and Linux charges 832 for a small packet and 2304 for a larger one
		if x := pick(t, r, lab.UDP); x.Delivered != want || int(x.ReceiverDrops.Value) != n-want || !x.Complete {
			t.Errorf("%d bytes: UDP delivered %d, dropped %v; want %d, %d", tt.size, x.Delivered, x.ReceiverDrops, want, n-want)
		}
		if x := pick(t, r, lab.TCP); x.Delivered != n || x.Done.Value < 3000 {
			t.Errorf("%d bytes: TCP delivered %d, done at %v ms; want %d, after it woke", tt.size, x.Delivered, x.Done, n)
		}
	}
}

// Two stones, and a reader that reads late: TCP returns both in one read, UDP one at a
// time.
func TestLettersOrWater(t *testing.T) {
	e := both(classroom(), steady(2, 100, 10*ms))
	e.Asleep = time.Second
	r := ran(t, e)
	if tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP); tcp.Reads != 1 || udp.Reads != 2 {
		t.Errorf("TCP in %d reads, UDP in %d; want 1, 2", tcp.Reads, udp.Reads)
	}

	t.Log("# a reader that asks for less than a stone: TCP puts it together, UDP has lost the rest")
	e.ReadSize = 60
	r = ran(t, e)
	tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
	if tcp.Reads != 4 || tcp.Delivered != 2 {
		t.Errorf("TCP delivered %d in %d reads; want 2 in 4", tcp.Delivered, tcp.Reads)
	}
	if udp.Delivered != 0 || udp.Foreign != 2 {
		t.Errorf("UDP delivered %d, and %d that were no stones; want 0, 2", udp.Delivered, udp.Foreign)
	}

	t.Log("# ten reads a stone")
	e = e.With(lab.Over(lab.TCP, steady(10, 1000, 10*ms)))
	e.Asleep, e.ReadSize = 0, 100
	if x := pick(t, ran(t, e), lab.TCP); x.Reads != 100 || x.Delivered != 10 {
		t.Errorf("TCP delivered %d in %d reads; want 10 in 100", x.Delivered, x.Reads)
	}
}

func TestNobodyHome(t *testing.T) {
	e := both(classroom(), steady(10, 100, 30*ms))
	e.Nobody = true
	r := ran(t, e)
	if x := pick(t, r, lab.TCP); !x.Refused || x.Attempted != 0 || !near(x.Connect, 100*ms) && x.Connect.Known() {
		t.Errorf("TCP: refused %t, attempted %d, after %v", x.Refused, x.Attempted, x.Connect)
	}
	if x := pick(t, r, lab.UDP); !x.Refused || x.Thrown != 6 || x.NotThrown["refused"] != 4 || x.Lost != 6 {
		t.Errorf("UDP: refused %t, thrown %d, refused %d, lost %d; want true, 6, 4, 6", x.Refused, x.Thrown, x.NotThrown["refused"], x.Lost)
	}
}

// The catcher closes after stone 50, 540 ms after the first was due. Stone 51 finds it
// closed 10 ms later, and the answer is there 50 ms after that, at the moment when stone
// 62 is due: eleven were thrown for nothing.
func TestCatcherDies(t *testing.T) {
	e := both(classroom(), steady(200, 100, 10*ms))
	e.Dies, e.PerStone = 50, true
	r := ran(t, e)
	tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
	if tcp.Delivered != 50 || tcp.Thrown != 61 || tcp.Lost != 11 || tcp.NotAttempted != 138 || tcp.Complete || tcp.Refused {
		t.Errorf("TCP: %d thrown, %d delivered, %d lost, %d not attempted, %q", tcp.Thrown, tcp.Delivered, tcp.Lost, tcp.NotAttempted, tcp.Error)
	}
	if udp.Delivered != 50 || udp.Thrown+udp.NotThrown["refused"] != 200 || udp.NotThrown["refused"] == 0 || udp.Lost != udp.Thrown-50 || udp.Complete {
		t.Errorf("UDP: %d thrown, %v not, %d delivered, %d lost, %q", udp.Thrown, udp.NotThrown, udp.Delivered, udp.Lost, udp.Error)
	}
	for _, x := range r.Flows {
		for i, s := range x.Stones {
			if (s.Fate == "delivered") != (i < 50) {
				t.Errorf("%s: stone %d is %s", x.Name, i+1, s.Fate)
			}
		}
	}

	t.Log("# all are sent before anybody can complain, and nobody does: lost all the same")
	e = both(classroom(), steady(60, 100, 10*ms))
	e.Dies = 50
	set(&e.Flows[0].Plan.Rate, "max")
	set(&e.Flows[1].Plan.Rate, "max")
	for _, x := range ran(t, e).Flows {
		if x.Thrown != 60 || x.Delivered != 50 || x.Lost != 10 || x.Complete || x.Error == "" {
			t.Errorf("%s: %d thrown, %d delivered, %d lost, complete: %t, %q", x.Name, x.Thrown, x.Delivered, x.Lost, x.Complete, x.Error)
		}
	}

	t.Log("# copies do not make it older, and in a shorter plan it lives")
	e = both(classroom(), steady(200, 100, 10*ms))
	e.Out.Duplicate, e.Dies = wire.Percent*100, 200
	for _, x := range ran(t, e).Flows {
		if x.Delivered != 200 || !x.Complete {
			t.Errorf("%s: %d delivered, %q", x.Name, x.Delivered, x.Error)
		}
	}
}

// On this computer's own sockets it dies likewise, and every law holds.
func TestCatcherDiesHere(t *testing.T) {
	e := lab.Experiment{Path: lab.Host, Flows: []lab.Flow{lab.Over(lab.TCP, steady(200, 100, ms)), lab.Over(lab.UDP, steady(200, 100, ms))}, GiveUp: time.Second, Dies: 50}
	results, err := runAlong(t.Context(), paths()[lab.Host], []lab.Experiment{e}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range results[0].Flows {
		if x.Broken != "" || x.Delivered != 50 || x.Lost != x.Thrown-50 || x.Complete {
			t.Errorf("%s: %d delivered, %d lost of %d, %q, %q", x.Name, x.Delivered, x.Lost, x.Thrown, x.Error, x.Broken)
		}
	}
}

// In real time there is a row after each interval.
func TestLiveRows(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	e := lab.Experiment{Path: lab.Host, Flows: []lab.Flow{lab.Over(lab.UDP, steady(50, 100, 10*ms))}, GiveUp: time.Second, Interval: 100 * ms}
	if _, err := runAlong(t.Context(), live(&told, lab.Host), []lab.Experiment{e}, nil); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(told.String()), "\n")
	if len(rows) < 3 || !strings.Contains(rows[0], "UDP  thrown ") {
		t.Errorf("told:\n%s", &told)
	}
}

// What a connection that was given up did not deliver is lost, in the counts and for
// each stone: both ends are seen.
func TestGivenUp(t *testing.T) {
	e := narrow()
	e = e.With(lab.Over(lab.TCP, steady(500, 948, 4*ms))) // twice what the road carries
	e.Out.Loss = loss("5%")
	e.GiveUp = 0
	e.PerStone = true
	x := pick(t, ran(t, e), lab.TCP)
	fates := map[lab.Fate]int{}
	for _, s := range x.Stones {
		fates[s.Fate]++
	}
	if x.Complete || x.Lost == 0 || x.Unknown != 0 || x.Lost != x.Thrown-x.Delivered || fates[lab.StoneLost] != x.Lost || fates[lab.StoneUnknown] != 0 || fates[lab.StoneDelivered] != x.Delivered {
		t.Errorf("complete %t, delivered %d, lost %d, unknown %d; stone by stone %v", x.Complete, x.Delivered, x.Lost, x.Unknown, fates)
	}
}
