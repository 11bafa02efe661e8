package sim_test

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"stones/lab/path/sim"
)

// Whichever of the last segments are lost, the FIN included, the connection ends.
func TestEndIsReached(t *testing.T) {
	seeds := 300
	if testing.Short() {
		seeds = 30
	}
	for seed := range seeds {
		cfg := far()
		cfg.Seed = uint64(seed)
		if err := cfg.Out.Loss.UnmarshalText([]byte("10%")); err != nil {
			t.Fatal(err)
		}
		w, err := sim.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		s := &story{t, w}
		s.pair(func(c net.Conn) {
			c.SetDeadline(s.Time(10 * time.Minute))
			for n := range 100 {
				if _, err := fmt.Fprintf(c, "%1000d", n); err != nil {
					t.Errorf("seed %d: write %d: %v", seed, n, err)
				}
				s.SleepUntil(t.Context(), s.Now()+5*ms)
			}
			if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			c.Close()
		}, func(c net.Conn) {
			if n, err := io.Copy(io.Discard, c); n != 100_000 || err != nil {
				t.Errorf("seed %d: read %d, %v", seed, n, err)
			}
			c.Close()
		})
		w.Close()
	}
}
