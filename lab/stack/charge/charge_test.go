package charge_test

import (
	"testing"

	"stones/lab/stack/charge"
)

// Measured on Linux 6.18: how many datagrams of a length fit into its default
// receive buffer.
func TestPacket(t *testing.T) {
	const buffer = 212_992
	for _, tt := range []struct{ length, charge, fit int }{
		{28, 832, 256},
		{192, 832, 256},
		{193, 1280, 166},
		{640, 1280, 166},
		{641, 2304, 92},
		{1500, 2304, 92},
	} {
		if got := charge.Packet(tt.length); got != tt.charge || buffer/got != tt.fit {
			t.Errorf("Packet(%d) = %d, %d fit; want %d, %d", tt.length, got, buffer/got, tt.charge, tt.fit)
		}
	}
}

// How many segments of a length fit into the charge of one, measured on Linux by the
// windows that they closed.
func TestBehind(t *testing.T) {
	const header = 52
	for _, tt := range []struct{ payload, together int }{
		{70, 2}, {71, 1}, {294, 2}, {295, 1}, {588, 1}, {589, 2}, {806, 2}, {807, 1}, {1448, 1}, {9000, 1},
	} {
		together := 1
		for left := charge.Behind(header + tt.payload); left >= tt.payload; left -= tt.payload {
			together++
		}
		if together != tt.together {
			t.Errorf("%d segments of %d B together; want %d", together, tt.payload, tt.together)
		}
	}
}

// Longer packets cost no less than shorter ones, and never less than they are
// long.
func TestPacketGrows(t *testing.T) {
	last := 0
	for length := range 66_000 {
		got := charge.Packet(length)
		if got < length {
			t.Fatalf("Packet(%d) = %d", length, got)
		}
		if length < 4032 && got < last {
			t.Fatalf("Packet(%d) = %d, less than %d before", length, got, last)
		}
		last = got
	}
}
