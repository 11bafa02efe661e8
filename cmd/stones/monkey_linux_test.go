package main

import (
	"testing"

	"stones/lab"
)

// Random command lines on the kernel's paths end as documented, too.
func TestThrowMonkeyKernel(t *testing.T) {
	const n = uint64(40)
	if !long() {
		t.Skip("takes two minutes of real time; STONES_LONG=1 runs it")
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
