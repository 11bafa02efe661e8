package worlds_test

import (
	"testing"
	"time"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/run"
	"stones/lab/worlds"
)

// Over every transport that a flow can name, stones come through: over one flow, over two,
// and over all transports at once, whatever the road does.
func TestEveryTransport(t *testing.T) {
	groups := [][]string{lab.TransportNames()}
	for _, transport := range lab.TransportNames() {
		groups = append(groups, []string{transport}, []string{transport + " name=a", transport + " name=b"})
	}
	for _, flows := range groups {
		for _, loss := range []string{"0%", "5%"} {
			var s knob.Settings
			for _, err := range []error{s.Set("loss", loss), s.Set("count", "200"), s.Set("per-stone", "true")} {
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, text := range flows {
				if err := s.AddFlow(text); err != nil {
					t.Fatal(err)
				}
			}
			es, err := s.Experiments(1)
			if err != nil {
				t.Fatal(err)
			}
			r, err := run.Run(t.Context(), es[0], worlds.Sim(nil))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Flows) != len(flows) {
				t.Fatalf("%v: %d flows were thrown", flows, len(r.Flows))
			}
			for _, x := range r.Flows {
				lossless := loss == "0%" || x.Is().Again
				switch {
				case !x.Complete || x.Broken != "":
					t.Errorf("%v, loss %s: %s: complete %t, %s %s", flows, loss, x.Name, x.Complete, x.Error, x.Broken)
				case x.Thrown != 200 || lossless != (x.Delivered == 200) || x.Delivered < 150:
					t.Errorf("%v, loss %s: %s: %d of %d stones came", flows, loss, x.Name, x.Delivered, x.Thrown)
				case !x.Is().Asks && x.Delay.Min.Value < float64(es[0].Out.Delay/time.Millisecond):
					t.Errorf("%v, loss %s: %s: a stone came after %v ms, before the road lets it", flows, loss, x.Name, x.Delay.Min.Value)
				}
			}
		}
	}
}
