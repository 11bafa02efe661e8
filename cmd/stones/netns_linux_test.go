package main

import (
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/path/netns"
)

// needsNetns skips a test where there can be no network namespaces, unless they
// are demanded.
func needsNetns(t *testing.T) {
	t.Helper()
	w, err := netns.Open(netns.Config{})
	if err != nil && demanded() {
		t.Fatalf("STONES_PEERS is set, and there can be no network namespaces: %v", err)
	}
	if err != nil {
		t.Skip(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// along runs the experiments along a path in real time, so many at once,
// which must all be light.
func along(t *testing.T, name string, atOnce int, es []lab.Experiment) []lab.Result {
	t.Helper()
	p := paths()[name]
	results := make([]lab.Result, len(es))
	var tasks errgroup.Group
	tasks.SetLimit(atOnce)
	for i, e := range es {
		e.Path = name
		tasks.Go(func() (err error) {
			results[i], err = lab.Run(t.Context(), e, p)
			return err
		})
	}
	if err := tasks.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		for _, x := range r.Exchanges {
			if x.Broken != "" {
				t.Errorf("seed %d, %s: %s", r.Experiment.Seed, x.Transport, x.Broken)
			}
		}
	}
	return results
}

// Whatever the road does to the kernel's packets, every law holds: what was
// lost, duplicated and reordered is the wire's own record, number by number.
func TestNetnsLaws(t *testing.T) {
	needsNetns(t)
	n := 24
	if long() {
		n = 400
	}
	var es []lab.Experiment
	for seed := range n {
		e := anyExperiment(uint64(seed))
		e.GiveUp = 10 * time.Second
		e.Recovery = ""
		es = append(es, e)
	}
	complete := 0
	for _, r := range along(t, lab.Netns, 8, es) {
		tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
		if !udp.Complete {
			t.Errorf("seed %d: UDP is not complete: %s", r.Experiment.Seed, udp.Error)
		}
		if tcp.Complete {
			complete++
			if tcp.Delivered != tcp.Planned {
				t.Errorf("seed %d: TCP is complete, but delivered %d of %d", r.Experiment.Seed, tcp.Delivered, tcp.Planned)
			}
		}
	}
	if complete < n*3/4 {
		t.Errorf("TCP came to its end in %d of %d experiments", complete, n)
	}
}
