package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// A send buffer counts the memory of segments, not their bytes.
func TestV21To23HowMuchASendBufferTakes(t *testing.T) {
	for _, tt := range []struct {
		size, sndbuf int
		want         int64
	}{
		{1000, 0, 75_160},
		{1448, 0, 79_640},
		{100, 0, 66_160},
		{16384, 0, 79_640},
		{1000, 4096, 5000},
		{1000, 16384, 75_160},
		{1000, 65536, 140_320},
		{1000, 1 << 20, 2_095_120},
	} {
		s := New(t, Options{Config: tcp.Config{SendBuffer: tt.sndbuf}})
		s.Connected(ms(40))
		s.Writing(tt.size)
		if got := s.WrittenBytes(); got != tt.want {
			t.Errorf("writes of %d B into SO_SNDBUF %d: %d B are taken; want %d", tt.size, tt.sndbuf, got, tt.want)
		}
	}
}
