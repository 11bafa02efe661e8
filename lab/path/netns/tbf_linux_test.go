package netns

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"stones/lab/wire"
)

// A shaper sends the datagrams of a burst at the times of Linux's tbf, which runs on the
// loopback device of a namespace of its own.
func TestShaperBesideTBF(t *testing.T) {
	if os.Getenv("STONES_PEERS") == "" {
		t.Skip("STONES_PEERS is not set: the computer may be too busy to measure milliseconds")
	}
	tc, err := exec.LookPath("tc")
	if err != nil {
		t.Skip("there is no tc here")
	}
	ip, err := exec.LookPath("ip")
	if err != nil {
		t.Skip("there is no ip here")
	}
	r, err := Config{}.newRoom(1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	}()
	const (
		datagrams = 40
		payload   = 1000
		frame     = payload + 28 + 14 // tbf counts the header of the link
	)
	for _, bucket := range []wire.Bucket{{Rate: wire.Mbit, Burst: 5000}, {Rate: 2 * wire.Mbit, Burst: 20_000}} {
		var wrong string
		for range 5 { // since the computer may be busy otherwise
			got := through(t, r, ip, tc, bucket, datagrams, payload)
			off := beside(t, bucket, got, frame)
			middle, worst := off[len(off)/2], off[len(off)-1]
			t.Logf("%v: the last of %d after %v; half within %v of the shaper's, all within %v", bucket, len(got), got[len(got)-1], middle, worst)
			if wrong = ""; middle <= 3*time.Millisecond && worst <= 50*time.Millisecond {
				break
			}
			wrong = fmt.Sprintf("%v: tbf lets out at %v", bucket, got)
		}
		if wrong != "" {
			t.Error(wrong)
		}
	}
}

// through is when each datagram of a burst comes through Linux's tbf.
func through(t *testing.T, r *room, ip, tc string, bucket wire.Bucket, datagrams, payload int) (got []time.Duration) {
	t.Helper()
	err := r.within(func() error {
		if text, err := exec.Command(ip, "link", "set", "lo", "up").CombinedOutput(); err != nil {
			return fmt.Errorf("ip: %w: %s", err, text)
		}
		_ = exec.Command(tc, "qdisc", "delete", "dev", "lo", "root").Run() // of an earlier try
		text, err := exec.Command(tc, "qdisc", "replace", "dev", "lo", "root", "tbf", "rate", fmt.Sprint(int64(bucket.Rate)), "burst", fmt.Sprint(bucket.Burst), "limit", "1000000").CombinedOutput()
		if err != nil {
			return fmt.Errorf("tc: %w: %s", err, text)
		}
		got, err = burst(datagrams, payload)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// beside is by how much those times differ from the shaper's, in rising order.
func beside(t *testing.T, bucket wire.Bucket, got []time.Duration, frame int) (off []time.Duration) {
	t.Helper()
	w := wire.New(wire.Shape{Shaper: bucket}, 1, wire.Out)
	for range got {
		w.Send(0, wire.Packet{Size: frame})
	}
	for i := range got {
		at, _ := w.Next()
		if _, ok := w.Arrive(at); !ok {
			t.Fatal("the shaper has lost one")
		}
		off = append(off, (got[i] - at).Abs())
	}
	slices.Sort(off)
	return off
}

// burst sends n datagrams to itself at once, and returns when each came.
func burst(n, size int) ([]time.Duration, error) {
	in, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := net.DialUDP("udp4", nil, in.LocalAddr().(*net.UDPAddr))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	begun := time.Now()
	for range n {
		if _, err := out.Write(make([]byte, size)); err != nil {
			return nil, err
		}
	}
	if err := in.SetReadDeadline(begun.Add(10 * time.Second)); err != nil {
		return nil, err
	}
	at := make([]time.Duration, n)
	for i := range at {
		if _, err := in.Read(make([]byte, size)); err != nil {
			return nil, err
		}
		at[i] = time.Since(begun)
	}
	return at, nil
}
