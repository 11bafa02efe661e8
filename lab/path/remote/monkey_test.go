package remote_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/path/sim"
	"stones/lab/run"
	"stones/lab/stone"
)

// Whatever a server says, in any order, the client ends in time, its errors are one line
// that is safe to print, and all laws hold for its results.
func TestMonkey(t *testing.T) {
	t.Parallel()
	seeds := 60
	if os.Getenv("STONES_LONG") != "" {
		seeds = 3000
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			babble(t, seed)
		})
	}
}

// babble runs an experiment with a server that now and then says something wrong.
func babble(t *testing.T, seed uint64) {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, 11))
	anything := func(reply []byte) []byte {
		number := func() uint64 { return dice.Uint64N(1 << (1 + dice.IntN(40))) }
		lines := []string{
			"ok", "no", "no \x1b[2J", "ok \u202e", " ", "", "\x00", "Hello", "ok stones 1 challenge=00 key=no", "no version \"2\": this server speaks 3",
			control.Welcome{Key: dice.IntN(2) == 0}.String(), control.Ticket{Flow: dice.Uint32()}.String(), fmt.Sprintf("ok %064x", number()),
			fmt.Sprintf("ok %d", number()), fmt.Sprintf(" %d %d %d", number(), number(), number()), fmt.Sprintf(" %d -1 -1", 1+dice.IntN(100)),
			fmt.Sprintf(" damaged %d", number()), fmt.Sprintf(" drops %d", number()), " drops unknown \x07", " drained -1", fmt.Sprintf(" thrown %d 1 1", number()),
			strings.Repeat("x", 1000+dice.IntN(100)), strings.Repeat(" 1 1 1\n", dice.IntN(3000)) + "ok 1",
		}
		line := []byte(lines[dice.IntN(len(lines))] + "\n")
		switch dice.IntN(6) {
		case 0:
			return nil // it hangs up
		case 1:
			return reply[:dice.IntN(len(reply)+1)]
		case 2:
			return append(line, reply...)
		case 3:
			return append(bytes.Clone(reply), line...)
		case 4:
			b := bytes.Clone(reply)
			for range 1 + dice.IntN(4) {
				b[dice.IntN(len(b))] = byte(dice.Uint32())
			}
			return b
		}
		return line
	}
	e := thrown()
	e.Reverse, e.Together = dice.IntN(2) == 0, dice.IntN(3) == 0
	share := 1 + dice.IntN(30) // one reply of so many
	prepare := func(f *fake) {
		if dice.IntN(2) == 0 {
			f.key = []byte("school")
		}
		f.deaf = dice.IntN(8) == 0
		f.alter = func(_ string, reply []byte) []byte {
			if dice.IntN(share) > 0 {
				return reply
			}
			return anything(reply)
		}
		f.say = make(map[string][]byte)
		if dice.IntN(4) == 0 {
			f.say["carry"] = anything([]byte("ok\n"))
		}
		if dice.IntN(4) == 0 {
			f.say["datagram"] = anything(stone.Stone{Flow: 7, Number: 1, Size: 500}.Append(nil))
		}
	}
	meet(t, far(), prepare, func(w *sim.World, f *fake) {
		began := w.Now()
		s, err := open(t, w, with(string(f.key)))
		if took := w.Now() - began; took > 10100*ms {
			t.Errorf("opening took %v", took)
		}
		if err != nil {
			oneLine(t, err.Error())
			return
		}
		defer s.Close()
		for range 2 {
			began := w.Now()
			r, err := run.Run(t.Context(), e, along(s))
			if err != nil {
				t.Error(err)
				return
			}
			if took := w.Now() - began; took > 2*(22*time.Second+500*ms+15*time.Second) {
				t.Errorf("it took %v", took)
			}
			for _, x := range r.Flows {
				oneLine(t, x.Error)
				if x.Broken != "" || x.Complete == (x.Error != "") || x.Complete && x.Unknown > 0 {
					t.Errorf("%s: %q: %q, %d unknown", x.Transport, x.Error, x.Broken, x.Unknown)
				}
			}
		}
	})
}
