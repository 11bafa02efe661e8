package main

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/path"
	"stones/lab/path/sim"
	"stones/lab/run"
	"stones/lab/worlds"
)

// Packets travel as fields on sim. The results are the same, to the byte, if every
// packet is encoded when it is sent and decoded where it arrives, and if a tap sees it.
func TestSameAsBytes(t *testing.T) {
	t.Parallel()
	var frames atomic.Int64 // worlds run side by side
	ways := map[string]run.Path{
		"captured": worlds.Sim(func(lab.Experiment) func(path.Frame) { return func(path.Frame) { frames.Add(1) } }),
		"as bytes": {Virtual: true, Open: func(e lab.Experiment) (run.World, error) {
			cfg := worlds.Config(e, nil)
			cfg.Encode = true
			return sim.Open(cfg)
		}},
	}
	experiments := 60
	if testing.Short() {
		experiments = 24
	}
	for seed := range experiments {
		words := drawn(rand.New(rand.NewPCG(uint64(seed), 0)))
		e := asked(t, words...)
		e.Seed = uint64(seed)
		want := printed(t, e, worlds.Sim(nil))
		for way, p := range ways {
			if got := printed(t, e, p); !bytes.Equal(got, want) {
				t.Errorf("seed %d, %s: another result %s", seed, strings.Join(words, " "), way)
			}
		}
	}
	if frames.Load() == 0 {
		t.Error("nobody saw a packet")
	}
}

// printed is the whole result of an experiment as it is written to a file.
func printed(t *testing.T, e lab.Experiment, p run.Path) []byte {
	t.Helper()
	r, err := run.Run(t.Context(), e, p)
	if err != nil {
		t.Fatal(err)
	}
	text, err := document.Marshal(lab.Document{Version: version, Results: []lab.Result{r}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// drawn are random words of an experiment with something of everything.
func drawn(dice *rand.Rand) []string {
	words := []string{"count", "150"}
	for _, knob := range [][]string{
		{"loss", "0%", "1%", "5%", "gemodel 2% 25%"},
		{"loss-back", "0%", "2%"},
		{"reorder", "0%", "2%", "3%:4"},
		{"jitter", "0ms", "5ms"},
		{"duplicate", "0%", "3%"},
		{"corrupt", "0%", "2%"},
		{"delay", "6ms", "20ms"},
		{"bandwidth", "1Mbit", "10Mbit", "100Mbit"},
		{"queue", "20", "100", "64kB", "100:codel"},
		{"rate", "50", "400", "max"},
		{"size", "100", "1000", "3000"},
		{"mtu", "1300", "1500"},
		{"ipv6", "false", "true"},
		{"ecn", "false", "true"},
		{"nagle", "false", "true"},
		{"recovery", "rack", "sack"},
		{"delayed-ack", "on", "off"},
	} {
		words = append(words, knob[0], knob[1+dice.IntN(len(knob)-1)])
	}
	return words
}
