package main

import (
	"encoding/json"
	"slices"
	"testing"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/run"
)

// Each knob of the wire, set to its example, changes what happens to the packets.
func TestWireObeys(t *testing.T) {
	fates := func(turn ...knob.Knob) string {
		e := knob.Start(lab.Sim)
		for word, text := range map[string]string{"count": "200", "pattern": "burst:20", "jitter": "3ms", "jitter-back": "3ms", "loss": "0%", "packets": "true"} {
			k, _ := knob.Find(word)
			k.Example = text
			turn = append([]knob.Knob{k}, turn...)
		}
		for _, k := range turn {
			if err := k.Set(&e, k.Example); err != nil {
				t.Fatal(err)
			}
		}
		r, err := run.Run(t.Context(), e, paths()[lab.Sim])
		if err != nil {
			t.Fatal(err)
		}
		var packets []lab.Packet
		for _, f := range r.Flows {
			packets = append(packets, f.Packets...)
		}
		story, err := json.Marshal(packets)
		if err != nil {
			t.Fatal(err)
		}
		return string(story)
	}
	// On the way back there are neither stones nor large packets.
	idle := []string{"drop-back", "drop-every-back", "hold-back", "mtu-back"}
	plain := fates()
	for _, k := range knob.All() {
		if k.Group == knob.Way && !slices.Contains(idle, k.Word) && fates(k) == plain {
			t.Errorf("--%s %s changes nothing", k.Word, k.Example)
		}
	}
}
