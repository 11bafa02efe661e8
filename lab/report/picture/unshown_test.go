package picture

import (
	"strings"
	"testing"

	"stones/lab"
)

// The picture of the window shows one, of a flow over TCP.
func TestUnshownWindow(t *testing.T) {
	one := lab.Outcome{Transport: lab.TCP, Samples: []lab.Sample{{Cwnd: 10}}}
	for want, flows := range map[string][]lab.Outcome{
		"": {one, {Transport: lab.UDP}}, "Not shown: 2 of 3 flows.": {one, one, one, {Transport: lab.UDP}},
	} {
		var b strings.Builder
		if err := (View{Kind: "cwnd"}).Text(&b, lab.Result{Flows: flows}); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); want == "" && strings.Contains(got, "Not shown") || !strings.Contains(got, want) {
			t.Errorf("%d flows; want %q in\n%s", len(flows), want, got)
		}
	}
}

// A picture that shows one flow over each transport says how many others there are.
func TestUnshown(t *testing.T) {
	flow := func(name, transport string) lab.Outcome { return lab.Outcome{Name: name, Transport: transport} }
	for _, tt := range []struct {
		flows []lab.Outcome
		want  string
	}{
		{[]lab.Outcome{flow("tcp", lab.TCP), flow("udp", lab.UDP)}, ""},
		{[]lab.Outcome{flow("udp", lab.UDP)}, ""},
		{[]lab.Outcome{flow("tcp-1", lab.TCP), flow("tcp-2", lab.TCP), flow("udp-1", lab.UDP), flow("udp-2", lab.UDP)}, "Not shown: 2 of 4 flows."},
		{[]lab.Outcome{flow("tcp", lab.TCP), flow("udp", lab.UDP), flow("mine", lab.Own), flow("yours", lab.Own)}, ""},
		{[]lab.Outcome{flow("a", lab.Own), flow("b", lab.Own), flow("c", lab.Own)}, "Not shown: 1 of 3 flows."},
	} {
		if got := newLadder(lab.Result{Flows: tt.flows}, Zoom{}).says; tt.want == "" && strings.Contains(got, "Not shown") || !strings.Contains(got, tt.want) {
			t.Errorf("ladder of %d flows; want %q in %q", len(tt.flows), tt.want, got)
		}
		for _, kind := range []string{"stones", "cdf", "interval"} {
			var b strings.Builder
			if err := (View{Kind: kind}).Text(&b, lab.Result{Flows: tt.flows}); err != nil {
				t.Fatal(err)
			}
			if got := b.String(); tt.want == "" && strings.Contains(got, "Not shown") || !strings.Contains(got, tt.want) {
				t.Errorf("%s of %d flows; want %q in\n%s", kind, len(tt.flows), tt.want, got)
			}
		}
	}
}
