package sim_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"stones/lab/path"
	"stones/lab/wire"
)

// tell writes a packet as one line, with an arrow for its direction.
func tell(p *path.Packet) string {
	way := "->"
	if p.Back {
		way = "<-"
	}
	line := fmt.Sprintf("%v %s %s %s seq %d ack %d data %d", p.Sent.Round(time.Millisecond), way, p.Protocol, p.Flags, p.Seq, p.Ack, p.Data)
	if p.Again {
		line += " again"
	}
	switch {
	case p.Cause&path.Dropped != 0:
		line += ": lost"
	case p.Arrived:
		line += fmt.Sprintf(": %v", p.At.Round(time.Millisecond))
	}
	if p.Copy != nil {
		line += fmt.Sprintf(", copy %v", p.Copy.At.Round(time.Millisecond))
	}
	return line
}

func TestPackets(t *testing.T) {
	cfg := far()
	cfg.Packets = true
	cfg.Out.DropPackets = []uint64{1} // the SYN
	s := begin(t, cfg)
	s.pair(func(c net.Conn) {
		c.Write([]byte("hello"))
		c.(interface{ CloseWrite() error }).CloseWrite()
		io.ReadAll(c)
		c.Close()
	}, func(c net.Conn) {
		io.ReadAll(c)
		c.Close()
	})
	want := []string{
		"0s -> tcp SYN seq 0 ack 0 data 0: lost",
		"1s -> tcp SYN seq 0 ack 0 data 0 again: 1.05s",
		"1.05s <- tcp SYN ACK seq 0 ack 1 data 0: 1.1s",
		"1.1s -> tcp ACK seq 1 ack 1 data 0: 1.15s",
		"1.1s -> tcp PSH ACK seq 1 ack 1 data 5: 1.15s",
		"1.1s -> tcp FIN ACK seq 6 ack 1 data 0: 1.15s",
		"1.15s <- tcp ACK seq 1 ack 6 data 0: 1.2s",
	}
	var got []string
	for _, p := range s.Record("tcp").Packets {
		got = append(got, tell(p))
	}
	if len(got) < len(want) || strings.Join(got[:len(want)], "\n") != strings.Join(want, "\n") {
		t.Errorf("packets:\n%s\nwant first:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A tap gets every packet that arrives twice, in order of time. If the wire damages it,
// one bit of the second differs.
func TestTap(t *testing.T) {
	var left, arrived, different int
	var last time.Duration
	sent := map[uint64]string{}
	cfg := far()
	cfg.Out.Loss = wire.Loss{Random: 20 * wire.Percent}
	cfg.Out.Corrupt = 20 * wire.Percent
	cfg.Out.Duplicate = 20 * wire.Percent
	cfg.Tap = func(f path.Frame) {
		if f.When < last {
			t.Errorf("packet %d is seen at %v, after %v", f.Number, f.When, last)
		}
		last = f.When
		if !f.Arrival {
			left++
			sent[f.Number] = string(f.Bytes)
			return
		}
		arrived++
		cause := f.Cause
		if f.Copied {
			cause = f.Copy.Cause
		}
		differs := string(f.Bytes) != sent[f.Number]
		if differs != (cause&path.Damaged != 0) {
			t.Errorf("packet %d: differs from what was sent: %t; cause %v", f.Number, differs, cause)
		}
		if differs {
			different++
		}
	}
	s := begin(t, cfg)
	catcher, err := s.ListenPacket(s.Context(), "udp", s.Address("udp"))
	if err != nil {
		t.Fatal(err)
	}
	defer catcher.Close()
	s.run(func() {
		conn, err := s.DialContext(s.Context(), "udp", s.Address("udp"))
		if err != nil {
			t.Error(err)
			return
		}
		for range 200 {
			conn.Write([]byte("a stone"))
			s.SleepUntil(s.Context(), s.Now()+ms)
		}
		s.Drain(s.Context(), "udp", time.Hour, nil)
		conn.Close()
	})
	r := s.Record("udp")
	if left != 200 || arrived != r.Out.Arrived || different != r.Out.Damaged || different == 0 || r.Packets != nil {
		t.Errorf("%d left, %d arrived, %d damaged, %d kept; the record says %+v", left, arrived, different, len(r.Packets), r.Out)
	}
}
