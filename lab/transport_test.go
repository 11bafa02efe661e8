package lab

import (
	"slices"
	"testing"
)

// What is known of a transport is what the paths, the limits and the flows count on.
func TestTransports(t *testing.T) {
	seen := map[string]bool{Own: true}
	for _, tr := range Transports() {
		if seen[tr.Name] || !nameable(tr.Name) {
			t.Errorf("%q cannot be the name of a flow, or is that of two transports", tr.Name)
		}
		seen[tr.Name] = true
		if tr.Over != TCP && tr.Over != UDP {
			t.Errorf("%s: its packets are those of %q; paths carry %s and %s", tr.Name, tr.Over, TCP, UDP)
		}
		if most := map[string]int{TCP: MaxSize, UDP: MaxUDPSize}[tr.Over]; tr.Largest < MinSize || tr.Largest > most {
			t.Errorf("%s: its largest stone has %d bytes; allowed %d to %d", tr.Name, tr.Largest, MinSize, most)
		}
		if found, ok := FindTransport(tr.Name); !ok || found != tr {
			t.Errorf("FindTransport(%q) = %+v, %t; want %+v", tr.Name, found, ok, tr)
		}
	}
	if got, want := UsualNames(), []string{TCP, UDP}; !slices.Equal(got, want) {
		t.Errorf("stones are usually thrown over %v; want %v", got, want)
	}
}
