package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/report"
	"stones/lab/wire"
)

// flowing is the experiment of flows as they are written, on a clean road.
func flowing(t *testing.T, words []string, flows ...string) lab.Experiment {
	t.Helper()
	var s knob.Settings
	for i := 0; i < len(words); i += 2 {
		if err := s.Set(words[i], words[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, flow := range flows {
		if err := s.AddFlow(flow); err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(words, "loss") {
		es[0].Out.Loss = wire.Loss{}
	}
	es[0].Out.Reorder = wire.Reorder{}
	return es[0]
}

// Rates of flows that share a link are each over its own span, and over the common window
// no more than the link carries.
func TestTogether(t *testing.T) {
	r := ran(t, asked(t, "together", "true", "rate", "12Mbit", "time", "5s", "loss", "0%", "reorder", "0%"))
	tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
	if sum := tcp.Shared.Goodput.Value + udp.Shared.Goodput.Value; sum > 10e6 || sum < 8e6 {
		t.Errorf("over the common window %v and %v bit/s on a link of 10 Mbit/s", tcp.Shared.Goodput, udp.Shared.Goodput)
	}
	for _, x := range r.Flows { // each over its own span
		if rate := float64(x.Delivered*200*8) / (x.Done.Value / 1000); !within(x.Goodput.Value, rate, 0.01) {
			t.Errorf("%s: goodput %v; by hand %.0f bit/s", x.Name, x.Goodput, rate)
		}
	}
}

// Two equal flows share a link about equally. Their shares, and the fairness, are over
// the time in which both ran.
func TestTwoShareALink(t *testing.T) {
	notShort(t)
	t.Parallel()
	roads, lasts := 10, "20s"
	if long() {
		roads, lasts = 20, "60s"
	}
	e := flowing(t, []string{"parallel", "2", "only", "tcp", "rate", "max", "time", lasts, "start", "0-100ms", "delay", "10ms", "queue", "50"})
	var es []lab.Experiment
	for seed := range roads {
		e.Seed = uint64(seed)
		es = append(es, e)
	}
	larger, jains := 0.0, []float64(nil)
	for _, r := range all(t, es) {
		one, two := r.Flows[0], r.Flows[1]
		if one.Name != "tcp-1" || two.Name != "tcp-2" || one.Shared == nil || two.Shared == nil {
			t.Fatalf("flows %s and %s, shared %v and %v", one.Name, two.Name, one.Shared, two.Shared)
		}
		if sum := one.Shared.Share.Value + two.Shared.Share.Value; sum < 0.999999 || sum > 1.000001 {
			t.Errorf("the shares add up to %v", sum)
		}
		if rate := one.Shared.Goodput.Value + two.Shared.Goodput.Value; rate > 10e6 {
			t.Errorf("both together had %v of 10 Mbit/s", rate)
		}
		larger += max(one.Shared.Share.Value, two.Shared.Share.Value) / float64(roads)
		jains = append(jains, one.Shared.Jain.Value)
	}
	slices.Sort(jains)
	if larger > 0.55 || jains[len(jains)/2] < 0.98 {
		t.Errorf("the larger share is %.3f on average, Jain's index %.3f; want at most 0.55, at least 0.98", larger, jains[len(jains)/2])
	}
}

// A flow that is farther away gets less: far less if the round trips are one to five.
func TestFartherGetsLess(t *testing.T) {
	r := ran(t, flowing(t, nil, "tcp rate=max time=20s name=near", "tcp rate=max time=20s extra-delay=80ms name=far"))
	near, far := pickNamed(t, r, "near"), pickNamed(t, r, "far")
	if near.Shared.Share.Value < 0.6 || far.Connect.Value-near.Connect.Value < 159.9 {
		t.Errorf("near has %v and connects in %v ms, far in %v; want more than 0.6, and 160 ms more", near.Shared.Share, near.Connect, far.Connect)
	}
}

// A flow with a road of its own has the same result, whatever its name and however many
// others have roads of their own.
func TestFlowAlone(t *testing.T) {
	alone := ran(t, flowing(t, []string{"only", "udp", "loss", "5%"}))
	named := ran(t, flowing(t, []string{"loss", "5%"}, "udp name=mine"))
	one, two := alone.Flows[0], named.Flows[0]
	if one.Delivered != two.Delivered || one.Goodput != two.Goodput || two.Name != "mine" || two.Shared != nil {
		t.Errorf("%s delivered %d, %s %d", one.Name, one.Delivered, two.Name, two.Delivered)
	}
}

// Flows of one transport keep their stones apart: every law holds for each.
func TestManyFlows(t *testing.T) {
	e := flowing(t, []string{"parallel", "32", "together", "true", "count", "50", "rate", "20", "duplicate", "5%", "size", "2000"})
	e.Packets = true
	for _, x := range ran(t, e).Flows {
		if x.Broken != "" || !x.Complete || x.Thrown != 50 || len(x.Packets) == 0 {
			t.Errorf("%s: complete %t, threw %d, %d packets, broken %q", x.Name, x.Complete, x.Thrown, len(x.Packets), x.Broken)
		}
	}
}

// The table of four flows over each transport is no wider than a terminal.
func TestManyFlowsFit(t *testing.T) {
	e := flowing(t, []string{"parallel", "4", "together", "true", "loss", "5%", "duplicate", "1%"})
	for _, v := range []report.View{{}, {All: true}} {
		var out strings.Builder
		if err := report.Table(&out, lab.Document{Results: []lab.Result{ran(t, e)}}, v); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for line := range strings.Lines(out.String()) {
			if seen[line] {
				t.Errorf("twice: %q", line)
			}
			seen[line] = true
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%d columns: %q", n, line)
			}
		}
		for _, name := range []string{"TCP-1", "TCP-4", "UDP-1", "UDP-4"} {
			if !strings.Contains(out.String(), "\n"+name+" ") {
				t.Errorf("no row of %s:\n%s", name, &out)
			}
		}
	}
}

// A flow starts when it was told to, or at a moment that the seed draws.
func TestFlowsStart(t *testing.T) {
	e := flowing(t, nil, "udp count=10 start=2s name=late", "udp count=10 name=first")
	e.Packets = true
	r := ran(t, e)
	first, late := pickNamed(t, r, "first"), pickNamed(t, r, "late")
	if late.Done != first.Done {
		t.Errorf("done at %v and %v of their own times", late.Done, first.Done)
	}
	if late.Packets[0].Number != 11 {
		t.Errorf("the first packet of the late one is number %d of all; want 11", late.Packets[0].Number)
	}
}

// An error in a flow is one line.
func TestWrongFlows(t *testing.T) {
	for flow, want := range map[string]string{
		"":                                `flow "": begins with a transport, e.g. tcp rate=max start=2s`,
		"quic":                            `flow "quic": "quic" is no transport; allowed tcp, udp`,
		"tcp rat=5":                       `flow "tcp rat=5": unknown word "rat"; did you mean rate?`,
		"tcp rate":                        `flow "tcp rate": rate needs a value behind an equals sign`,
		"tcp rate=10M":                    `flow "tcp rate=10M": rate "10M": bits or bytes? write 10Mbit or 10MB`,
		"tcp reverse=true":                `flow "tcp reverse=true": reverse takes no value`,
		"tcp reverse reverse":             `flow "tcp reverse reverse": reverse given twice`,
		"tcp count=5 count=6":             `flow "tcp count=5 count=6": count given twice`,
		"udp stop=5s time=5s":             `flow "udp stop=5s time=5s": stop, count and time each say when to stop`,
		"udp start=9s stop=5s":            `flow "udp start=9s stop=5s": stops before it has thrown for 100ms`,
		"udp start=100ms-1ms":             `flow "udp start=100ms-1ms": start "100ms-1ms": ends before it begins; write the earlier moment first`,
		"udp congestion=reno":             `congestion "reno": a flow over UDP has none`,
		"udp name=Über":                   `name "Über": a flow's name is made of small letters, digits and dashes, and begins with a letter; at most 32`,
		"tcp extra-delay=2h":              `flow "tcp extra-delay=2h": extra-delay "2h": out of range; allowed 0s to 1m`,
		"tcp congestion=bbr extra-delay=": `flow "tcp congestion=bbr extra-delay=": extra-delay needs a value behind an equals sign`,
	} {
		var s knob.Settings
		err := s.AddFlow(flow)
		if err == nil {
			_, err = s.Experiments(1)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", flow, err, want)
		}
	}
}

// Ten thousand flows are rejected in one line.
func TestTooManyFlows(t *testing.T) {
	var s knob.Settings
	for range 10_000 {
		if err := s.AddFlow("udp"); err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err == nil {
		err = es[0].Validate()
	}
	if want := `flow "10000": of them; allowed 256`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// pickNamed is the outcome of the flow of that name.
func pickNamed(t *testing.T, r lab.Result, name string) lab.Outcome {
	t.Helper()
	i := slices.IndexFunc(r.Flows, func(x lab.Outcome) bool { return x.Name == name })
	if i < 0 {
		t.Fatalf("no flow %s", name)
	}
	return r.Flows[i]
}
