package stacktest

import (
	"fmt"
	"syscall"
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

// Behind a small window, the first chunk that waits takes the bytes of those behind it.
// That changes how many bytes a small send buffer takes.
func TestHowMuchASendBufferTakesBehindASmallWindow(t *testing.T) {
	for _, tt := range []struct {
		size, sndbuf, window int
		want                 int64
	}{
		{1000, 5000, 4344, 6000},
		{1448, 5000, 4344, 7240},
		{200, 5000, 4344, 2000},
		{1000, 16000, 15_928, 24_480},
		{1000, 4600, 65_000, 6000},
		{1000, 4096, 65_000, 5000},
	} {
		s := New(t, Options{Config: tcp.Config{SendBuffer: tt.sndbuf}})
		s.Connect().Fails(syscall.EINPROGRESS)
		s.Out(At(s.Now()), "S 0:0(0)")
		s.In(ms(40), fmt.Sprintf("S. 0:0(0) ack 1 win %d <mss 1460,sackOK,TS val 500 ecr 0,nop,wscale 0>", tt.window))
		s.Out(At(s.Now()), ". 1:1(0) ack 1")
		s.Writing(tt.size)
		if got := s.WrittenBytes(); got != tt.want {
			t.Errorf("writes of %d B into SO_SNDBUF %d, window %d: %d B are taken; want %d", tt.size, tt.sndbuf, tt.window, got, tt.want)
		}
	}
}
