package knob

import (
	"slices"
	"testing"
)

// Settings on top replace those below of the same knob or in conflict with it, and no
// others.
func TestOver(t *testing.T) {
	below := []string{"loss", "5%", "loss-back", "1%", "delay", "50ms", "count", "100", "tcp-size", "948", "udp-size", "972", "drop", "50"}
	for _, tt := range []struct {
		on   []string
		want []string // words, in the order of the table
	}{
		{nil, []string{"count", "tcp-size", "udp-size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"seed", "7"}, []string{"count", "tcp-size", "udp-size", "delay", "loss", "loss-back", "drop", "seed"}},
		{[]string{"loss", "1%"}, []string{"count", "tcp-size", "udp-size", "delay", "loss", "drop"}},
		{[]string{"loss-back", "0%"}, []string{"count", "tcp-size", "udp-size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"size", "100"}, []string{"count", "size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"tcp-size", "100"}, []string{"count", "tcp-size", "udp-size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"time", "2s"}, []string{"tcp-size", "time", "udp-size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"only", "udp"}, []string{"count", "only", "udp-size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"only", "tcp"}, []string{"count", "only", "tcp-size", "delay", "loss", "loss-back", "drop"}},
		{[]string{"road", "wifi"}, []string{"count", "tcp-size", "udp-size", "drop", "road"}},
	} {
		base, on := settings(t, below), settings(t, tt.on)
		over := on.Over(base)
		var got []string
		for _, k := range over.Turned() {
			got = append(got, k.Word)
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v on top: %v; want %v", tt.on, got, tt.want)
		}
		if len(tt.on) > 0 && over.Text(tt.on[0]) != tt.on[1] {
			t.Errorf("%v on top: %s is %s", tt.on, tt.on[0], over.Text(tt.on[0]))
		}
		if _, err := over.Experiments(1); err != nil {
			t.Errorf("%v on top: %v", tt.on, err)
		}
		if base.Text("loss") != "5%" || len(on.Turned()) != len(tt.on)/2 {
			t.Errorf("%v on top changes what it was made of", tt.on)
		}
	}
}

// settings sets words and values that stand in turn.
func settings(t *testing.T, words []string) *Settings {
	t.Helper()
	s := new(Settings)
	for i := 0; i < len(words); i += 2 {
		if err := s.Set(words[i], words[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
