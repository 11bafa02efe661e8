package host

import (
	"bytes"
	"testing"
)

func TestBatch(t *testing.T) {
	for _, tt := range []struct{ most, size, want int }{
		{maxDatagram, 0, 0},
		{maxDatagram, 1, maxSegments},
		{maxDatagram, 64, maxSegments},
		{maxDatagram, 1000, maxSegments},
		{maxDatagram, 1200, 54},
		{maxDatagram, 9000, 7},
		{maxDatagram, 32753, 2},
		{maxDatagram, 32754, 1},
		{maxDatagram, 65507, 1},
		{maxDatagram, 65508, 0},
		{8192, 1000, 8},
		{0, 64, 0},
	} {
		if got := (&batch{most: tt.most}).room(tt.size); got != tt.want {
			t.Errorf("a batch of %d bytes has room for %d datagrams of %d; want %d", tt.most, got, tt.size, tt.want)
		}
	}

	t.Log("# one size at a time, and in order")
	b := batch{most: 35}
	for i := byte(1); b.takes(10); i++ {
		b.add(bytes.Repeat([]byte{i}, 10))
	}
	if b.count() != 3 || !b.full() {
		t.Errorf("took %d datagrams, full %t; want 3, true", b.count(), b.full())
	}
	b.takeBack()
	if b.takes(9) || !b.takes(10) {
		t.Error("takes another size, or no more of its own")
	}
	b.gone(1)
	if b.count() != 1 || b.datagram(0)[0] != 2 {
		t.Errorf("%d are left, the first is %d; want the second one", b.count(), b.datagram(0)[0])
	}
	b.gone(1)
	if !b.takes(9) {
		t.Error("an empty batch takes any size")
	}
}
