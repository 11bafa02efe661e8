package main

import (
	"bytes"
	"testing"

	"stones/lab"
)

// At the rate max a stone is due when it is thrown. The stones that came carry that
// time, so that there is something to draw.
func TestStonesAtRateMax(t *testing.T) {
	e := both(classroom(), bulk(300))
	e.Out.Drop = []uint64{5}
	e.PerStone = true
	r := ran(t, e)
	for _, transport := range []string{lab.TCP, lab.UDP} {
		x := pick(t, r, transport)
		for _, s := range x.Stones {
			if came := s.Copies > 0; s.Due.Known() != came || s.First.Known() != came || came && s.First.Value < s.Due.Value {
				t.Errorf("%s: stone %d, %d copies: due %v, came %v", transport, s.Number, s.Copies, s.Due, s.First)
			}
		}
	}
}

// A PNG is not written to a terminal.
func TestPNGOnTerminal(t *testing.T) {
	var out, errors bytes.Buffer
	p := program{stdout: &out, stderr: &errors, display: true, run: runAll}
	code := p.exec(t.Context(), []string{"throw", "--count", "5", "--format", "png"})
	const want = "stones: --format \"png\": not for a terminal; write it into a file with --out\n"
	if code != exitInput || errors.String() != want || out.Len() > 0 {
		t.Errorf("exit code %d, %q, %d bytes; want %d, %q, nothing", code, &errors, out.Len(), exitInput, want)
	}
}
