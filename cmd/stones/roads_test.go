package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/run"
	"stones/lab/wire"
)

// asked is the experiment of the words: knob, value, knob, value.
func asked(t *testing.T, words ...string) lab.Experiment {
	t.Helper()
	var s knob.Settings
	for i := 0; i < len(words); i += 2 {
		if err := s.Set(words[i], words[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	return es[0]
}

// Fragments of different datagrams are never mixed up: their identifications count up,
// as Linux counts them for each destination.
func TestPiecesDoNotCollide(t *testing.T) {
	for _, words := range [][]string{
		{"duplicate", "100%", "size", "2000", "mtu", "576", "loss", "0%", "reorder", "0%", "only", "udp"},
		{"duplicate", "100%", "size", "2000", "bandwidth", "unlimited", "loss", "0%", "reorder", "0%", "only", "udp", "seed", "5", "count", "22100"},
	} {
		if testing.Short() && slices.Contains(words, "22100") {
			continue // takes seconds
		}
		if x := pick(t, ran(t, asked(t, words...)), lab.UDP); x.Lost != 0 || x.ReceiverDrops.Value != 0 || x.Delivered != x.Thrown {
			t.Errorf("%q: delivered %d of %d, lost %d, receiver drops %v; want all", words, x.Delivered, x.Thrown, x.Lost, x.ReceiverDrops)
		}
	}
}

// A window of two segments and reordering never stall a connection. A segment that
// overtakes the handshake's ACK carries that ACK (RFC 9293 section 3.10.7.4).
func TestSmallWindowsInDisorder(t *testing.T) {
	for seed := range 20 {
		e := asked(t, "only", "tcp", "loss", "0%", "reorder", "0%", "jitter", "20ms", "overtake", "true", "mtu", "9000",
			"window", "4096", "size", "2000", "rate", "10", "count", "30", "bandwidth", "unlimited")
		e.Seed = uint64(seed)
		if x := pick(t, ran(t, e), lab.TCP); x.Delivered != 30 || !x.Complete {
			t.Errorf("seed %d: delivered %d of 30", seed, x.Delivered)
		}
	}
}

// A socket buffer means what it means on Linux, where this road gave 2.30 Mbit/s.
func TestWindowIsLinuxs(t *testing.T) {
	e := asked(t, "rate", "max", "window", "64kB", "size", "1000", "delay", "100ms", "loss", "0%", "reorder", "0%", "only", "tcp", "bandwidth", "unlimited")
	if x := pick(t, ran(t, e), lab.TCP); !within(x.Goodput.Value, 2.30e6, 0.05) {
		t.Errorf("goodput %v; want 2.30 Mbit/s within 5 %%", x.Goodput)
	}
}

// A window probe does not count as a retransmission, for the packets or in the count.
func TestProbesAreProbes(t *testing.T) {
	e := asked(t, "asleep", "1s", "window", "16kB", "only", "tcp", "packets", "true")
	x := pick(t, ran(t, e), lab.TCP)
	again := 0
	for _, p := range x.Packets {
		if p.Again && !p.Back {
			again++
		}
	}
	if again != int(x.Wire.Retransmitted.Value) {
		t.Errorf("%d packets are marked as sent again, %v were retransmitted", again, x.Wire.Retransmitted)
	}
}

// A full segment has 1448 bytes, as theory says: 1500 less the headers.
func TestSegmentsAreFull(t *testing.T) {
	e := asked(t, "rate", "max", "count", "200", "size", "1448", "loss", "0%", "reorder", "0%", "only", "tcp", "packets", "true")
	full := 0
	for _, p := range pick(t, ran(t, e), lab.TCP).Packets {
		if !p.Back && p.Data > 1448 {
			t.Errorf("packet %d has %d bytes of data", p.Number, p.Data)
		}
		if !p.Back && p.Data == 1448 {
			full++
		}
	}
	if full < 190 {
		t.Errorf("%d of 200 segments are full", full)
	}
}

// Stones that are lost at the end leave as long a silence as those at the
// beginning.
func TestSilenceAtTheEnd(t *testing.T) {
	for _, tt := range []struct {
		drop string
		want float64 // ms
	}{{"501-1000", 2500}, {"1-500", 2520.8224}, {"1000", 20.8224}} {
		e := asked(t, "loss", "0%", "reorder", "0%", "drop", tt.drop, "only", "udp", "size", "1000")
		if x := pick(t, ran(t, e), lab.UDP); !within(x.Standstill.Value, tt.want, 0.0001) {
			t.Errorf("--drop %s: standstill %v ms; want %v", tt.drop, x.Standstill, tt.want)
		}
	}
	// One stone, due when it is thrown: nothing comes until it has flown.
	e := asked(t, "rate", "max", "count", "1", "loss", "0%", "reorder", "0%", "only", "udp", "size", "1000")
	if x := pick(t, ran(t, e), lab.UDP); !within(x.Standstill.Value, 20.8224, 0.0001) {
		t.Errorf("one stone: standstill %v ms; want 20.8224", x.Standstill)
	}
}

// A connection that dies loses what it did not deliver: where both ends are seen,
// nothing is unknown, and the percentiles say so.
func TestDeadConnectionLoses(t *testing.T) {
	e := asked(t, "only", "tcp", "loss", "60%", "reorder", "0%", "give-up", "3s", "count", "50")
	x := pick(t, ran(t, e), lab.TCP)
	if x.Complete || x.Unknown != 0 || x.Lost != x.Thrown-x.Delivered || x.Lost == 0 || x.Delay.P99 != lab.Infinite() {
		t.Errorf("complete %t, thrown %d, delivered %d, lost %d, unknown %d, p99 %v", x.Complete, x.Thrown, x.Delivered, x.Lost, x.Unknown, x.Delay.P99)
	}
}

// Losses at the end count as those at the beginning: all rates of a flow are over
// one span.
func TestLossesAtTheEnd(t *testing.T) {
	lossy := func(drop string) *lab.Outcome {
		x := pick(t, ran(t, asked(t, "loss", "0%", "reorder", "0%", "only", "udp", "size", "1000", "drop", drop)), lab.UDP)
		return &x
	}
	end, beginning := lossy("501-1000"), lossy("1-500")
	if end.Goodput != beginning.Goodput || !within(end.Goodput.Value, 0.797e6, 0.002) {
		t.Errorf("goodput %v with the last half lost, %v with the first; want 0.797 Mbit/s both times", end.Goodput, beginning.Goodput)
	}
	if end.Standstill.Value < 2495 {
		t.Errorf("standstill %v ms; want at least 2495", end.Standstill)
	}
}

// Goodput is never above throughput, however short the run is.
func TestGoodputWithinThroughput(t *testing.T) {
	for _, words := range [][]string{
		{"count", "1"},
		{"count", "1", "size", "100", "delay", "50ms"},
		{"count", "60", "rate", "max"},
		{"count", "5", "drop", "5"},
		{"count", "20", "drop-packets", "1"},
	} {
		r := ran(t, asked(t, append(words, "loss", "0%", "reorder", "0%")...))
		for _, x := range r.Flows {
			if !x.Goodput.Known() || x.Goodput.Value > x.Throughput.Value {
				t.Errorf("%q: %s has a goodput of %v and a throughput of %v", words, x.Name, x.Goodput, x.Throughput)
			}
		}
	}
}

// Where few packets are hit, the band of chance is not that of a normal distribution.
func TestBandsOfFew(t *testing.T) {
	for _, tt := range []struct{ flags, want string }{
		{"--only udp --loss 100% --count 5 --reorder 0%", "--loss hits 5 of 5 packets: too few to tell a share from another"},
		{"--only udp --loss 2% --count 100 --reorder 0%", "--loss hits about 2 packets, by chance 0 to 10: noise"},
		{"--only udp --loss 2% --count 1 --reorder 0% --theory", "inside"},
	} {
		var out, wrong bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong, run: runAll}
		p.exec(t.Context(), append([]string{"throw"}, strings.Fields(tt.flags)...))
		if said := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(said, tt.want) {
			t.Errorf("%s: no %q in\n%s%s", tt.flags, tt.want, &out, &wrong)
		}
	}
}

// A lost stone counts as infinitely slow in the median of an interval.
func TestIntervalsWithLosses(t *testing.T) {
	x := pick(t, ran(t, asked(t, "only", "tcp", "loss", "20%", "reorder", "0%", "give-up", "100ms", "interval", "1s", "count", "300")), lab.TCP)
	for i, one := range x.Intervals {
		if one.P50.Why.Cause == lab.CauseNothingCame {
			t.Errorf("interval %d: p50 %v; %d were due in it", i, one.P50, one.Thrown)
		}
		if one.P50.Known() && 2*one.Lost > one.Thrown {
			t.Errorf("interval %d: p50 is %v ms, and %d of %d are lost", i, one.P50, one.Lost, one.Thrown)
		}
	}
	if len(x.Intervals) == 0 || x.Lost == 0 {
		t.Errorf("%d intervals, %d lost", len(x.Intervals), x.Lost)
	}
}

// If the last stone of a flow could not be thrown in time, the fate of stones on the
// way is unknown.
func TestGivesUpThrowing(t *testing.T) {
	x := pick(t, ran(t, asked(t, "give-up", "0s", "count", "50", "loss", "0%", "reorder", "0%", "only", "udp")), lab.UDP)
	if x.Broken != "" || x.Complete || x.NotThrown["timed out"] != 1 || x.Lost != 0 || x.Unknown != 4 {
		t.Errorf("complete %t, not thrown %v, lost %d, unknown %d, broken: %s", x.Complete, x.NotThrown, x.Lost, x.Unknown, x.Broken)
	}
}

// A flow gives up when it was told to, whatever is still on the way, and says so.
func TestGivesUp(t *testing.T) {
	r := ran(t, asked(t, "bandwidth", "1kbit", "give-up", "10s", "count", "10", "loss", "0%", "reorder", "0%"))
	for _, x := range r.Flows {
		if x.Complete || x.Done.Value > 12_000 || x.Delivered == x.Thrown {
			t.Errorf("%s: complete %t, done at %v ms, delivered %d of %d", x.Name, x.Complete, x.Done, x.Delivered, x.Thrown)
		}
	}
}

// In real time it gives up as soon, however long the catcher sleeps.
func TestGivesUpAsleep(t *testing.T) {
	t.Parallel()
	e := asked(t, "path", "host", "asleep", "20s", "give-up", "500ms", "count", "10")
	began := time.Now()
	r, err := run.Run(t.Context(), e, paths()[lab.Host])
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v; want about 1.1 s", took)
	}
	for _, x := range r.Flows {
		if x.Complete || x.Delivered != 0 || x.Lost+x.Unknown != 10 || x.Broken != "" {
			t.Errorf("%s: complete %t, delivered %d, lost %d, unknown %d, %s", x.Name, x.Complete, x.Delivered, x.Lost, x.Unknown, x.Broken)
		}
	}
}

// Every damaged packet is recorded as damaged, and as many as the wire counts.
func TestDamagedPackets(t *testing.T) {
	for _, words := range [][]string{
		{"corrupt", "50%", "nobody", "true", "count", "40", "only", "udp"},
		{"corrupt", "60%", "nobody", "true", "count", "40", "only", "udp", "ipv6", "true"},
		{"corrupt", "50%", "count", "200", "only", "udp", "ipv6", "true"},
		{"corrupt", "30%", "count", "300", "only", "tcp"},
		{"corrupt", "30%", "count", "100", "only", "udp", "size", "4000"},
	} {
		x := ran(t, asked(t, append(words, "packets", "true")...)).Flows[0]
		damaged := 0
		for _, p := range x.Packets {
			for _, trip := range []*lab.Trip{&p.Trip, p.Copy} {
				if !p.Back && trip != nil && trip.Fate == "damaged" {
					damaged++
				}
			}
		}
		if damaged == 0 || fmt.Sprint(damaged) != x.Wire.Damaged.String() {
			t.Errorf("%q: %d packets are damaged one by one; the wire counts %v", words, damaged, x.Wire.Damaged)
		}
	}
}

// A stone that lies unread for a time is late by that time, over every transport and on
// every path.
func TestUnreadIsLate(t *testing.T) {
	for _, path := range []string{lab.Sim, lab.Host} {
		e := asked(t, "path", path, "asleep", "300ms", "rate", "1000", "count", "100", "deadline", "100ms")
		e.Out.Loss, e.Out.Reorder = wire.Loss{}, wire.Reorder{}
		r, err := run.Run(t.Context(), e, paths()[path])
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Flows {
			if x.Delivered == 0 || x.Late != x.Delivered || x.Delay.P50.Value < 190 {
				t.Errorf("%s, %s: %d of %d late, p50 %v ms; want all, and 200 ms or more", path, x.Name, x.Late, x.Delivered, x.Delay.P50)
			}
		}
	}
}

// A run that would take more memory than allowed is rejected, with the amount.
func TestTooManyAtOnce(t *testing.T) {
	var s knob.Settings
	for _, set := range [][2]string{{"only", "udp"}, {"rate", "max"}, {"bandwidth", "unlimited"}, {"count", "10000000"}} {
		if err := s.Set(set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Experiments(1); err == nil || !strings.Contains(err.Error(), "about 8300 MB") {
		t.Errorf("got %v; want how much memory that takes", err)
	}
}

// One formula holds over the whole range: there is no step at a border.
func TestNoStepInTheory(t *testing.T) {
	var rates []float64
	for _, loss := range []string{"1.9%", "2%", "2.1%"} {
		var out, wrong bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong, run: runAll}
		p.exec(t.Context(), []string{"throw", "--only", "tcp", "--rate", "max", "--count", "4000", "--loss", loss, "--reorder", "0%", "--theory", "-J"})
		var doc lab.Document
		if err := document.Unmarshal(out.Bytes(), &doc); err != nil {
			t.Fatal(err, &wrong)
		}
		rates = append(rates, doc.Results[0].Flows[0].Theory["goodput_bps"].Expected.Value)
	}
	for i := 1; i < len(rates); i++ {
		if ratio := rates[i] / rates[i-1]; ratio > 1 || ratio < 0.95 {
			t.Errorf("theory goes from %v to %v bit/s", rates[i-1], rates[i])
		}
	}
}

// The warnings name what --reorder does if no stone passes another. There is no warning
// if a stone's own fragments pass each other.
func TestNoneOvertaken(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  bool
	}{
		{[]string{"rate", "10", "reorder", "10%", "only", "udp"}, true},
		{[]string{"rate", "10", "reorder", "10%", "only", "udp", "size", "4000"}, false},
		{[]string{"rate", "10", "jitter", "5ms", "overtake", "true", "only", "tcp", "reorder", "0%"}, true},
		{[]string{"rate", "10", "jitter", "5ms", "overtake", "true", "only", "tcp", "reorder", "0%", "size", "4000"}, false},
	} {
		e := asked(t, tt.words...)
		warnings := advice.Warnings(&e, nil)
		if got := slices.ContainsFunc(warnings, func(w lab.Warning) bool { return w.Rule == advice.RuleApart }); got != tt.want {
			t.Errorf("%q: warned %t, want %t", tt.words, got, tt.want)
		}
	}
}

// A setting for a stone that is never thrown gives a warning.
func TestNamesNoStone(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string // the flag that is warned of
	}{
		{[]string{"drop", "5000", "count", "10"}, "drop"},
		{[]string{"drop", "5,10", "count", "10"}, ""},
		{[]string{"hold", "11:2", "count", "10"}, "hold"},
		{[]string{"drop-every", "11", "count", "10"}, "drop-every"},
		{[]string{"drop-every", "10", "count", "10"}, ""},
		{[]string{"drop-packets", "5000", "count", "10"}, "drop-packets"},
		{[]string{"drop-packets", "1", "count", "10"}, ""},
		{[]string{"drop-packets-back", "5000", "count", "10"}, "drop-packets-back"},
	} {
		r := ran(t, asked(t, tt.words...))
		got := ""
		for _, w := range r.Warnings {
			if w.Rule == advice.RuleNoSuch {
				got = w.Word
			}
		}
		if got != tt.want {
			t.Errorf("%q: warned of %q; want %q", tt.words, got, tt.want)
		}
	}
}

// A receiver's window grows by what a round trip brings. If its round trip counted the
// time in the queue too, it would let twice as much into the queue as Linux does, whose
// p50 is 165 ms here.
func TestTheReceiversWindowOnALongQueue(t *testing.T) {
	e := asked(t, "only", "tcp", "rate", "max", "count", "1000", "size", "1000", "loss", "0%", "reorder", "0%", "queue", "1000", "tick", "4ms")
	x := pick(t, ran(t, e), lab.TCP)
	if got := x.Delay.P50.Value; got < 140 || got > 190 {
		t.Errorf("p50 is %v ms; want about 165", got)
	}
}
