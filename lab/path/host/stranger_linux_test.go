package host_test

import (
	"context"
	"net"
	"testing"
	"time"

	"stones/lab/path/host"
)

// If another sender has sent datagrams too, the kernel's drops may be of either: then the
// count is unknown, and no law is broken.
func TestStrangers(t *testing.T) {
	w := open(t, host.Config{Buffer: 32 << 10})
	catcher, err := w.ListenPacket(t.Context(), "udp", w.Address("udp"))
	if err != nil {
		t.Fatal(err)
	}
	at := catcher.LocalAddr().String()
	thrower, err := w.DialContext(t.Context(), "udp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer thrower.Close()
	stranger, err := net.Dial("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	for range 1000 { // nobody reads
		for _, c := range []net.Conn{stranger, thrower} {
			if _, err := c.Write(make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := make([]byte, 2000); ; {
			if _, _, err := catcher.ReadFrom(b); err != nil {
				return
			}
		}
	}()
	w.Drain(ctx, "udp", time.Hour, func() bool { return false })
	cancel()
	catcher.Close()
	<-done
	if r := w.Record("udp"); r.DropsUnknown == "" {
		t.Errorf("%d drops are said to be ours", r.ReceiverDrops)
	}
	if err := w.Check(); err != nil {
		t.Error(err)
	}
}
