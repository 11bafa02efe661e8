package main

import (
	"slices"
	"testing"

	"stones/lab"
)

// Over the kernel's sockets and the same wire the first copies of the stones have the
// same fates as on the path sim, and the protocols deliver all of them.
func TestNetnsOwn(t *testing.T) {
	inFull(t)
	needsNetns(t)
	for _, own := range []string{"stop-and-wait timeout=120ms", "go-back-n timeout=120ms", "selective-repeat timeout=120ms"} {
		t.Run(own, func(t *testing.T) {
			t.Parallel()
			// What is damaged reaches the protocols, which have a checksum of their own.
			e := talking(t, []string{"count", "100", "rate", "200", "delay", "10ms", "loss", "5%", "corrupt", "5%", "udp-checksum", "off", "give-up", "1m", "packets", "true"}, own)
			virtual := ran(t, e).Flows[0]
			real := along(t, lab.Netns, 1, []lab.Experiment{e})[0].Flows[0]
			for _, x := range []lab.Outcome{virtual, real} {
				if !x.Complete || x.Delivered != 100 || x.Lost+x.Reordered+x.Duplicated+x.Foreign+x.Damaged > 0 || x.Broken != "" {
					t.Errorf("complete %t (%s), delivered %d, lost %d, reordered %d, duplicated %d, foreign %d, damaged %d, %s",
						x.Complete, x.Error, x.Delivered, x.Lost, x.Reordered, x.Duplicated, x.Foreign, x.Damaged, x.Broken)
				}
			}
			if want, got := firstLost(virtual), firstLost(real); len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("netns lost the first copies of %v; sim of %v", got, want)
			}
		})
	}
}

// firstLost are the stones whose first copy the wire dropped.
func firstLost(x lab.Outcome) []uint64 {
	seen := make(map[uint64]bool)
	var lost []uint64
	for _, p := range x.Packets {
		if p.Back || p.First == 0 || seen[p.First] {
			continue
		}
		seen[p.First] = true
		if p.Fate == lab.PacketLost {
			lost = append(lost, p.First)
		}
	}
	slices.Sort(lost)
	return lost
}
