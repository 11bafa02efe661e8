package main

import (
	"bytes"
	"testing"

	"stones/lab"
	"stones/lab/photo"
)

// The kernel's own TCP and UDP over a wire that loses.
func TestFileOverNetns(t *testing.T) {
	name, data := photograph(t)
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

// Over the kernel's TCP the picture arrives whole, and over its UDP it is grey in
// exactly the tiles that the wire lost.
func TestTilesOverNetns(t *testing.T) {
	needsNetns(t)
	e := asked(t, "size", "332", "rate", "500/s", "loss", "5%")
	f := photo.DrawPebbles()
	e.File, e.PerStone = f, true
	for i := range e.Flows {
		e.Flows[i].Plan.Count = f.Stones(332)
	}
	e.File.Keep = true
	r := along(t, lab.Netns, 1, []lab.Experiment{e})[0]
	for _, x := range r.Flows {
		var kept bytes.Buffer
		if err := (keeper{experiment: r.Experiment}).writeOne(&kept, x.Name, x.Caught); err != nil {
			t.Fatal(err)
		}
		grey(t, f, 332, x, kept.Bytes())
	}
	if pick(t, r, lab.UDP).Lost == 0 {
		t.Error("UDP lost nothing of 5%")
	}
}
