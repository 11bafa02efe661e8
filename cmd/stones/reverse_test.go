package main

import (
	"reflect"
	"slices"
	"testing"

	"stones/lab"
	"stones/lab/path"
	"stones/lab/run"
	"stones/lab/worlds"
)

// A reversed flow on a road with both ways exchanged is the same flow: nothing depends
// on which side throws.
func TestReverseIsAMirror(t *testing.T) {
	t.Parallel()
	full := []string{"drop", "5,9", "hold", "20:2", "delay", "30ms", "delay-back", "10ms", "bandwidth", "2Mbit", "bandwidth-back", "1Mbit", "queue", "20"}
	inStep := []string{"drop", "5", "delay", "30ms", "delay-back", "10ms", "bandwidth", "unlimited"} // answers come when a stone is due
	for flow, road := range map[string][]string{
		"udp count=200 rate=100 size=3000":             full,
		"tcp count=200 rate=100":                       full,
		"tcp count=3000 rate=max size=1000":            full,
		"udp count=50 extra-delay=5ms":                 full,
		"tcp count=50 congestion=reno pattern=burst:5": full,
		"tcp count=50 rate=25":                         inStep,
	} {
		for _, answer := range []string{"false", "true"} {
			e := flowing(t, append([]string{"answer", answer}, road...), flow)
			e.Packets, e.PerStone, e.Counters = true, true, true
			mirrored := flowing(t, append([]string{"answer", answer}, road...), flow+" reverse")
			mirrored.Packets, mirrored.PerStone, mirrored.Counters = true, true, true
			mirrored.Out, mirrored.Back = e.Back, e.Out
			one, two := ran(t, e), ran(t, mirrored)
			if len(one.Flows[0].Packets) == 0 || one.Flows[0].Wire.Dropped.Value == 0 {
				t.Fatalf("%s: the wire drops nothing", flow)
			}
			one.Flows[0].Error, two.Flows[0].Error = "", "" // there are addresses in it
			if !reflect.DeepEqual(one.Flows, two.Flows) {
				t.Errorf("%s, answer %s: \n%+v\nreversed\n%+v", flow, answer, one.Flows[0].Counts, two.Flows[0].Counts)
			}
		}
	}
}

// Each way drops those in its own list, of the flow that throws that way, and every
// packet is counted for its flow and way.
func TestBothWaysAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		words       []string
		flows       []string
		there, home []uint64 // lost stones
	}{
		{"UDP", []string{"drop", "3,7", "drop-back", "5"}, []string{"udp count=100 name=there", "udp count=100 name=home reverse"}, []uint64{3, 7}, []uint64{5}},
		{"UDP in pieces", []string{"drop", "3,7", "drop-back", "5", "size", "4000"}, []string{"udp count=100 name=there", "udp count=100 name=home reverse"}, []uint64{3, 7}, []uint64{5}},
		{"UDP by place", nil, []string{"udp count=100 name=there drop-packets=4", "udp count=100 name=home reverse drop-packets=6,8"}, []uint64{4}, []uint64{6, 8}},
		{"TCP", []string{"drop", "3,7", "drop-back", "5"}, []string{"tcp count=100 name=there", "tcp count=100 name=home reverse"}, nil, nil},
		{"one each", []string{"drop", "3", "drop-back", "5"}, []string{"tcp count=100 name=there", "udp count=100 name=home reverse"}, nil, []uint64{5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := flowing(t, tt.words, tt.flows...)
			e.Packets, e.PerStone = true, true
			frames := map[[2]bool]int{} // far, arrival
			p := worlds.Sim(func(lab.Experiment) func(path.Frame) {
				return func(f path.Frame) { frames[[2]bool{f.Far, f.Arrival}]++ }
			})
			r, err := run.Run(t.Context(), e, p)
			if err != nil {
				t.Fatal(err)
			}
			there, home := pickNamed(t, r, "there"), pickNamed(t, r, "home")
			for _, side := range []struct {
				x    lab.Outcome
				lost []uint64
			}{{there, tt.there}, {home, tt.home}} {
				x := side.x
				var lost []uint64
				for _, s := range x.Stones {
					if s.Fate == "lost" {
						lost = append(lost, s.Number)
					}
				}
				if x.Broken != "" || !x.Complete || x.Delivered != 100-len(side.lost) || !slices.Equal(lost, side.lost) {
					t.Errorf("%s: complete %t, broken %q, delivered %d, lost %v; want %v lost", x.Name, x.Complete, x.Broken, x.Delivered, lost, side.lost)
				}
				if x.Transport == lab.TCP && x.Wire.Retransmitted.Value != x.Wire.Dropped.Value {
					t.Errorf("%s: %v dropped, %v sent again", x.Name, x.Wire.Dropped, x.Wire.Retransmitted)
				}
				out, back := 0, 0
				for _, p := range x.Packets {
					if p.Back {
						back++
					} else {
						out++
					}
					if p.Back && p.Data > 0 || p.First > 100 {
						t.Errorf("%s: packet %+v", x.Name, p)
					}
				}
				if float64(out) != x.Wire.Packets.Value || back != x.Wire.Back.Sent {
					t.Errorf("%s: %d and %d packets; the record says %v and %d", x.Name, out, back, x.Wire.Packets, x.Wire.Back.Sent)
				}
			}
			if near, far := int(there.Wire.Packets.Value)+home.Wire.Back.Sent, int(home.Wire.Packets.Value)+there.Wire.Back.Sent; frames[[2]bool{false, false}] != near || frames[[2]bool{true, false}] != far {
				t.Errorf("frames %v; want %d that leave here, %d that leave there", frames, near, far)
			}
			if came := there.Wire.Back.Arrived + int(home.Wire.Packets.Value-home.Wire.Dropped.Value); frames[[2]bool{false, true}] != came {
				t.Errorf("frames %v; want %d that arrive here", frames, came)
			}
			if there.Shared == nil || there.Shared.Share.Why.Cause != lab.CauseAlone || !there.Shared.Goodput.Known() {
				t.Errorf("shared %+v; want no share: nothing else is thrown that way", there.Shared)
			}
		})
	}
}

// A share, and Jain's index, are of what is thrown in the same direction.
func TestSharesOfEachWay(t *testing.T) {
	t.Parallel()
	r := ran(t, flowing(t, []string{"time", "3s", "rate", "max"}, "tcp name=a", "tcp name=b", "tcp name=c reverse", "tcp name=d reverse", "tcp name=e reverse"))
	out, back := 0.0, 0.0
	for _, x := range r.Flows {
		if r.Experiment.Flow(x.Name).Reverse {
			back += x.Shared.Share.Value
		} else {
			out += x.Shared.Share.Value
		}
	}
	if out < 0.99999 || out > 1.00001 || back < 0.99999 || back > 1.00001 {
		t.Errorf("the shares add up to %v and %v; want 1 each way", out, back)
	}
	if a, b, c := r.Flows[0].Shared.Jain, r.Flows[1].Shared.Jain, r.Flows[2].Shared.Jain; a != b || a == c {
		t.Errorf("Jain's index of a, b and c: %v, %v, %v; want one for each way", a, b, c)
	}
}
