package main

import (
	"testing"

	"stones/lab"
)

// The kernel's own TCP and UDP over a wire that loses.
func TestFileOverNetns(t *testing.T) {
	name, data := photo(t)
	e := asked(t, "size", "500", "rate", "500/s", "loss", "5%")
	needsNetns(t)
	f, err := readFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f.Keep = true
	e.File, e.PerStone = f, true
	for i := range e.Flows {
		e.Flows[i].Plan.Count = f.Stones(500)
	}
	r := along(t, lab.Netns, 1, []lab.Experiment{e})[0]
	kept := map[string][]byte{}
	for _, x := range r.Flows {
		kept[x.Name] = x.Caught.Content
	}
	matches(t, data, 500, r, kept)
	if udp := pick(t, r, lab.UDP); udp.Lost == 0 {
		t.Error("UDP lost nothing of 5%")
	}
}
