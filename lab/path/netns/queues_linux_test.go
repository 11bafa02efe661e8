package netns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"stones/lab/wire"
)

// What is offered to a queue before a link that carries 8 Mbit/s: 10.4 Mbit/s for two
// seconds.
const (
	offered  = 2500
	offering = 800 * time.Microsecond
	payload  = 1000
	frame    = payload + 28 + 14 // tbf counts the header of the link
)

// A queue passes as many datagrams as Linux's queue of the same name, and delays them as
// long. Linux's runs on the loopback device of a namespace of its own.
func TestQueuesBesideLinux(t *testing.T) {
	if os.Getenv("STONES_PEERS") == "" {
		t.Skip("STONES_PEERS is not set: the computer may be too busy to measure milliseconds")
	}
	for _, program := range []string{"tc", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("there is no " + program + " here")
		}
	}
	for ours, linux := range map[string]string{
		"60":                                         "pfifo limit 60",
		"60:codel target=5ms interval=100ms":         "codel limit 60 target 5ms interval 100ms",
		"60:fq_codel target=5ms interval=100ms":      "fq_codel limit 60 target 5ms interval 100ms",
		"60kB:red min=10kB max=30kB probability=10%": "red limit 60000 min 10000 max 30000 avpkt 1000 burst 20 probability 0.1 bandwidth 8mbit",
		"60:pie target=15ms":                         "pie limit 60 target 15ms tupdate 15ms",
	} {
		t.Run(linux, func(t *testing.T) {
			var q wire.Queue
			if err := q.UnmarshalText([]byte(ours)); err != nil {
				t.Fatal(err)
			}
			sent, kernel, err := throughQdisc(strings.Fields(linux))
			if err != nil {
				t.Fatal(err)
			}
			if kernel == nil {
				t.Skip("this kernel has no " + strings.Fields(linux)[0])
			}
			wired := throughWire(wire.Shape{Shaper: wire.Bucket{Rate: 8 * wire.Mbit, Burst: 5000}, Queue: q}, sent)
			middle := func(waits []time.Duration) time.Duration { return slices.Sorted(slices.Values(waits))[len(waits)/2] }
			t.Logf("%d came through Linux's, half of them within %v; %d through ours, within %v", len(kernel), middle(kernel), len(wired), middle(wired))
			if off := float64(len(kernel)-len(wired)) / float64(len(wired)); off < -0.05 || off > 0.05 {
				t.Errorf("%d came through Linux's queue, %d through ours", len(kernel), len(wired))
			}
			if off := (middle(kernel) - middle(wired)).Abs(); off > max(5*time.Millisecond, middle(wired)/4) {
				t.Errorf("half of those that came waited up to %v in Linux's queue, %v in ours", middle(kernel), middle(wired))
			}
		})
	}
}

// throughQdisc offers datagrams to Linux's queue. It returns when each was sent, and how
// long each took that came. Both are nil if the kernel does not have such a queue.
func throughQdisc(kind []string) (sent, took []time.Duration, err error) {
	r, err := Config{}.newRoom(1)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	err = r.within(func() error {
		run := func(program string, words ...string) error {
			text, err := exec.Command(program, words...).CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%s %s: %w: %s", program, strings.Join(words, " "), err, text)
			}
			return err
		}
		if err := run("ip", "link", "set", "lo", "up"); err != nil {
			return err
		}
		if err := run("tc", "qdisc", "replace", "dev", "lo", "root", "handle", "1:", "tbf", "rate", "8mbit", "burst", "5000", "limit", "1000000"); err != nil {
			return err
		}
		if err := run("tc", append([]string{"qdisc", "add", "dev", "lo", "parent", "1:1", "handle", "10:"}, kind...)...); err != nil {
			if strings.Contains(err.Error(), "qdisc kind is unknown") {
				return nil
			}
			return err
		}
		sent, took, err = offer()
		return err
	})
	return sent, took, err
}

// offer sends numbered datagrams to itself at an even rate.
func offer() (sent, took []time.Duration, err error) {
	in, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	out, err := net.DialUDP("udp4", nil, in.LocalAddr().(*net.UDPAddr))
	if err != nil {
		return nil, nil, err
	}
	defer out.Close()
	if err := out.SetWriteBuffer(1 << 20); err != nil { // datagrams in the queue count against it
		return nil, nil, err
	}
	begun := time.Now()
	sent, came := make([]time.Duration, offered), make([]time.Duration, offered)
	var tasks errgroup.Group
	tasks.Go(func() error {
		b := make([]byte, payload)
		for {
			if _, err := in.Read(b); err != nil {
				return nil // nothing has come for a while
			}
			came[binary.BigEndian.Uint32(b)] = time.Since(begun)
		}
	})
	datagram := make([]byte, payload)
	for i := range sent {
		time.Sleep(time.Duration(i)*offering - time.Since(begun))
		sent[i] = time.Since(begun)
		binary.BigEndian.PutUint32(datagram, uint32(i))
		if _, err := out.Write(datagram); err != nil {
			return nil, nil, err
		}
	}
	if err := in.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return nil, nil, err
	}
	if err := tasks.Wait(); err != nil {
		return nil, nil, err
	}
	took = []time.Duration{}
	for i, at := range came {
		if at > 0 {
			took = append(took, at-sent[i])
		}
	}
	return sent, took, nil
}

// throughWire gives a wire a datagram at each of these times, and returns how long each
// took that came.
func throughWire(s wire.Shape, sent []time.Duration) (took []time.Duration) {
	w := wire.New(s, 1, wire.Out)
	arrive := func(until time.Duration) {
		for at, ok := w.Next(); ok && at <= until; at, ok = w.Next() {
			if p, ok := w.Arrive(at); ok {
				took = append(took, at-p.Ref.(time.Duration))
			}
		}
	}
	for _, at := range sent {
		arrive(at)
		w.Send(at, wire.Packet{Size: frame, Flow: 1, Ref: at})
	}
	arrive(time.Hour)
	return took
}
