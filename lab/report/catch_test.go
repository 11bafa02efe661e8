package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"stones/lab/control"
	"stones/lab/report"
)

// guests are three flows of two guests.
func guests() []report.Guest {
	return []report.Guest{
		{Session: 1, From: "192.0.2.10:40001", Notice: control.Notice{Transport: "tcp", Planned: 1000, Thrown: 1000, Caught: 1000, Over: true}},
		{Session: 1, From: "192.0.2.10:40001", Notice: control.Notice{Transport: "udp", Planned: 1000, Thrown: -1, Caught: 412, Copies: 3}},
		{Session: 2, From: "[2001:db8::7]:40002", Notice: control.Notice{Transport: "udp", Reverse: true, Planned: 20, Thrown: 20, Over: true}},
	}
}

// The flows of a catcher's guests. What is not known yet, or only to the guest, is
// shown as a dash.
func ExampleCaught() {
	if err := report.Caught(os.Stdout, guests(), 0); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Who threw what, and what was caught:
	// guest from                over      planned thrown caught lost copies damaged
	// ------------------------------------------------------------------------------
	// 1     192.0.2.10:40001    TCP          1000   1000   1000    0      0       0
	// 1     192.0.2.10:40001    UDP          1000      -    412    -      3       0
	// 2     [2001:db8::7]:40002 UDP, back      20     20      -    -      -       -
}

func TestCaught(t *testing.T) {
	var none, some strings.Builder
	if err := report.Caught(&none, nil, 0); err != nil || none.String() != "Nobody has thrown anything.\n" {
		t.Errorf("nothing caught: %q, %v", &none, err)
	}
	if err := report.Caught(&some, guests(), 7); err != nil || !strings.Contains(some.String(), "(7 before these are forgotten)") {
		t.Errorf("much caught: %q, %v", &some, err)
	}
}

func TestHere(t *testing.T) {
	for _, tt := range []struct {
		guests, throwing, strangers int
		want                        string
	}{
		{0, 0, 0, "0 guests here, 0 with stones on the way; 0 datagrams of strangers"},
		{3, 1, 1, "3 guests here, 1 with stones on the way; 1 datagram of strangers"},
	} {
		if got := report.Here(tt.guests, tt.throwing, tt.strangers); got != tt.want {
			t.Errorf("Here = %q, want %q", got, tt.want)
		}
	}
}
