package remote_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"

	"stones/lab/path/remote"
	"stones/lab/path/sim"
	"stones/lab/run"
	"stones/lab/seal"
	"stones/lab/server"
)

// An overheard proof of a server is not accepted in another session, even if the
// challenge is replayed too.
func TestReplayedProof(t *testing.T) {
	var heard []byte
	meet(t, far(), func(f *fake) {
		f.key = []byte("school")
		f.alter = func(said string, reply []byte) []byte {
			if !strings.HasPrefix(said, "prove ") {
				return reply
			}
			if heard == nil {
				heard = reply
			}
			return heard
		}
	}, func(w *sim.World, _ *fake) {
		s, err := open(t, w, with("school"))
		if err != nil {
			t.Error(err)
			return
		}
		s.Close()
		if _, err = open(t, w, with("school")); err == nil || !strings.Contains(err.Error(), "it does not know the key") {
			t.Errorf("another conversation with the same proof: %v", err)
		}
	})
}

// Whoever catches the stones, or throws them, must know the secret of their flow.
func TestStonesToSomebodyElse(t *testing.T) {
	for _, back := range []bool{false, true} {
		t.Run(fmt.Sprintf("back=%t", back), func(t *testing.T) {
			meet(t, far(), func(f *fake) {
				f.say = map[string][]byte{"carry": fmt.Appendf(nil, "ok %064x\n", 7)}
			}, func(w *sim.World, _ *fake) {
				s, err := open(t, w, nil)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				e := thrown()
				e.Reverse = back
				r, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Error(err)
					return
				}
				if x := r.Flows[0]; !strings.Contains(x.Error, "it does not know the flow's secret") {
					t.Errorf("%s: %q", x.Name, x.Error)
				}
			})
		})
	}
}

// A detour leads the second connection elsewhere.
type detour struct {
	remote.Net
	to    string
	conns int
}

func (d *detour) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if strings.HasPrefix(network, "tcp") {
		if d.conns++; d.conns == 2 {
			address = d.to
		}
	}
	return d.Net.DialContext(ctx, network, address)
}

// Over TLS the stones go only to the end that the session is with.
func TestManInTheMiddle(t *testing.T) {
	const elsewhere = "10.0.0.2:4444"
	meetServer(t, far(), overTLS, func(w *sim.World, _ *server.Server) {
		l, err := w.Listen(t.Context(), "tcp", elsewhere)
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		cfg, err := seal.ServerTLS(rand.Reader)
		if err != nil {
			t.Error(err)
			return
		}
		read := 0
		w.Go(func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			read, _ = tls.Server(conn, cfg).Read(make([]byte, 100))
		})
		s, err := open(t, w, func(cfg *remote.Config) {
			cfg.TLS, cfg.Net = true, &detour{Net: cfg.Net, to: elsewhere}
		})
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		e := thrown()
		e.TLS = true
		r, err := run.Run(t.Context(), e, along(s))
		if err != nil {
			t.Error(err)
			return
		}
		if x := r.Flows[0]; !strings.Contains(x.Error, "TLS: somebody else than the conversation is with") || read > 0 {
			t.Errorf("%s: %q; somebody else has read %d bytes", x.Name, x.Error, read)
		}
	})
}
