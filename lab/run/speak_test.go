package run

import (
	"testing"

	"stones/lab"
)

// Every transport that a flow can name can be opened.
func TestSpeak(t *testing.T) {
	for _, transport := range lab.TransportNames() {
		if s := speak[transport]; s.listen == nil || s.dial == nil {
			t.Errorf("nothing says how the ends of a flow over %s are opened", transport)
		}
	}
	if got, want := len(speak), len(lab.TransportNames()); got != want {
		t.Errorf("%d transports can be spoken, a flow can name %d", got, want)
	}
}
