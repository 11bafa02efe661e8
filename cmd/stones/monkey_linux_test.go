package main

import (
	"testing"

	"stones/lab"
)

// The kernel's paths end as they say, too.
func TestThrowMonkeyKernel(t *testing.T) {
	n := uint64(40)
	if testing.Short() {
		t.Skip("the kernel's paths run in real time")
	}
	for _, path := range []string{lab.Host, lab.Netns} {
		t.Run(path, func(t *testing.T) {
			if path == lab.Netns {
				needsNetns(t)
			}
			ended := 0
			for seed := range n {
				p := playOf(seed, path)
				ran, wrong := p.hold(t, t.TempDir())
				if wrong != "" {
					t.Errorf("seed %d: %s\n%s", seed, wrong, p.pasted())
				}
				if ran {
					ended++
				}
			}
			t.Logf("%d of %d ran", ended, n)
			if ended == 0 {
				t.Error("nothing ran")
			}
		})
	}
}
