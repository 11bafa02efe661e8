package host

import (
	"net"
	"testing"
	"time"
)

// A socket at all addresses answers from the address that was asked: a connected sender
// takes no answer from another one.
func TestAnswersFromTheAddressAsked(t *testing.T) {
	for _, tt := range []struct{ listen, ask string }{
		{"0.0.0.0:0", "127.0.0.1"},
		{"0.0.0.0:0", "127.0.0.2"},
		{"0.0.0.0:0", "127.255.0.9"},
		{"[::]:0", "127.0.0.2"},
		{"[::]:0", "::1"},
		{"127.0.0.2:0", "127.0.0.2"},
	} {
		t.Run(tt.listen+" at "+tt.ask, func(t *testing.T) {
			w := newWorld(t, Config{})
			c, err := w.ListenPacket(t.Context(), "udp", tt.listen)
			if err != nil {
				t.Skipf("this computer does not listen at %s: %v", tt.listen, err)
			}
			defer c.Close()
			_, port, _ := net.SplitHostPort(c.LocalAddr().String())
			asker, err := net.Dial("udp", net.JoinHostPort(tt.ask, port))
			if err != nil {
				t.Skipf("this computer has no address %s: %v", tt.ask, err)
			}
			defer asker.Close()
			for _, said := range []string{"one", "two"} {
				asker.Write([]byte(said))
				buf := make([]byte, 100)
				c.SetDeadline(time.Now().Add(5 * time.Second))
				n, from, err := c.ReadFrom(buf)
				if err != nil || string(buf[:n]) != said {
					t.Fatalf("came %q, %v; want %q", buf[:n], err, said)
				}
				if at := asker.LocalAddr(); from.String() != at.String() {
					t.Errorf("from %v; want %v", from, at)
				}
				c.WriteTo([]byte("yes, "+said), from)
				asker.SetDeadline(time.Now().Add(5 * time.Second))
				if n, err := asker.Read(buf); err != nil || string(buf[:n]) != "yes, "+said {
					t.Errorf("answered %q, %v", buf[:n], err)
				}
			}
		})
	}
}
