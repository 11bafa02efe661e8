package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/stone"
)

// recomputed returns how an outcome differs from what its stones say, one by one.
func recomputed(x lab.Outcome, deadline, giveUp time.Duration) string {
	fates := map[lab.Fate]int{}
	again, late := 0, 0
	var delays, came []float64
	due, lastDue := map[uint64]float64{}, 0.0
	for _, s := range x.Stones {
		fates[s.Fate]++
		due[s.Number], lastDue = s.Due.Value, max(lastDue, s.Due.Value)
		switch {
		case s.Fate == "delivered":
			again += s.Copies - 1
			took := s.First.Value - s.Due.Value
			if deadline > 0 && took > ms64(deadline)+5e-7 {
				late++
			}
			delays, came = append(delays, took), append(came, s.First.Value)
		case s.Fate != "unknown":
			delays = append(delays, math.Inf(1))
		}
	}
	for _, c := range []struct {
		what      string
		here, all int
	}{
		{"thrown", len(x.Stones), x.Thrown},
		{"delivered", fates["delivered"], x.Delivered},
		{"lost", fates["lost"] + fates["receiver drop"], x.Lost},
		{"unknown", fates["unknown"], x.Unknown},
		{"duplicated", again, x.Duplicated + x.AfterDrain},
		{"late", late, x.Late},
	} {
		if c.here != c.all && (c.what != "duplicated" || c.here > c.all) {
			return fmt.Sprintf("stone by stone %s is %d, and in all %d", c.what, c.here, c.all)
		}
	}
	if end := x.Connect.Value + lastDue + ms64(giveUp); x.Done.Known() && x.Done.Value > end+10 { // the polling interval is 10 ms
		return fmt.Sprintf("the last stone came at %v ms, and it was to be given up at %v ms", x.Done, end)
	}
	slices.Sort(delays)
	for p, is := range map[int]lab.Figure{50: x.Delay.P50, 95: x.Delay.P95, 99: x.Delay.P99} {
		if len(delays) == 0 || !is.Known() && is != lab.Infinite() {
			continue
		}
		want := delays[quantity.Rank(p, 100, len(delays))-1]
		if math.IsInf(want, 1) != (is == lab.Infinite()) || !math.IsInf(want, 1) && math.Abs(want-is.Value) > 1e-3 {
			return fmt.Sprintf("stone by stone p%d is %v, and in all %v", p, want, is)
		}
	}
	return still(x, came, due)
}

// still returns an error if nothing came for longer than the longest standstill, though
// the stone after the highest that had come was due.
func still(x lab.Outcome, came []float64, due map[uint64]float64) string {
	if !x.Standstill.Known() || !x.Pacing.Asked.Known() {
		return ""
	}
	first := map[float64]uint64{} // the highest number that came then
	for _, s := range x.Stones {
		if s.Fate == "delivered" {
			first[s.First.Value] = max(first[s.First.Value], s.Number)
		}
	}
	slices.Sort(came)
	highest := uint64(0)
	for i, at := range came {
		if highest = max(highest, first[at]); i+1 == len(came) {
			break
		}
		if next, ok := due[highest+1]; ok && next <= at && came[i+1]-at > x.Standstill.Value+1e-3 {
			return fmt.Sprintf("nothing came from %v to %v ms, and the longest standstill is %v ms", at, came[i+1], x.Standstill)
		}
	}
	return ""
}

// ms64 is a time in milliseconds.
func ms64(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// A boxed is a packet as it stands in a capture.
type boxed struct {
	card    string
	inbound bool
	comment string
	data    []byte
}

// unboxed reads a capture by its specification (the IETF's draft of pcapng), without
// the library that has written it.
func unboxed(b []byte) (packets []boxed, err error) {
	var cards []string
	le := binary.LittleEndian
	options := func(b []byte) map[uint16][]byte {
		all := map[uint16][]byte{}
		for len(b) >= 4 {
			code, n := le.Uint16(b), int(le.Uint16(b[2:]))
			if code == 0 || len(b) < 4+n {
				break
			}
			if _, twice := all[code]; !twice {
				all[code] = b[4 : 4+n]
			}
			b = b[min(len(b), 4+(n+3)/4*4):]
		}
		return all
	}
	for len(b) > 0 {
		if len(b) < 12 {
			return nil, fmt.Errorf("%d bytes behind the last block", len(b))
		}
		kind, n := le.Uint32(b), int(le.Uint32(b[4:]))
		if n < 12 || n > len(b) || n%4 != 0 || int(le.Uint32(b[n-4:])) != n {
			return nil, errors.New("a block's two lengths differ")
		}
		body := b[8 : n-4]
		b = b[n:]
		switch kind {
		case 0x0A0D0D0A: // section header
			if le.Uint32(body) != 0x1A2B3C4D {
				return nil, errors.New("not a capture")
			}
		case 1: // interface description
			cards = append(cards, string(options(body[8:])[2]))
		case 6: // enhanced packet
			card, length, original := int(le.Uint32(body)), int(le.Uint32(body[12:])), int(le.Uint32(body[16:]))
			if card >= len(cards) || 20+length > len(body) || length != original {
				return nil, fmt.Errorf("a packet of %d bytes, %d of them there, at interface %d", original, length, card)
			}
			more := options(body[20+(length+3)/4*4:])
			p := boxed{card: cards[card], comment: string(more[1]), data: body[20 : 20+length]}
			if flags := more[2]; len(flags) == 4 {
				p.inbound = le.Uint32(flags)&3 == 1
			}
			packets = append(packets, p)
		}
	}
	return packets, nil
}

// numberIn is the number of the stone that a whole datagram has; 0 is none.
func numberIn(packet []byte) uint64 {
	head := 20
	switch {
	case packet[0]>>4 == 6 && packet[6] == 17:
		head = 40
	case packet[0]>>4 == 4 && packet[9] == 17 && binary.BigEndian.Uint16(packet[6:])&0x3fff == 0:
	default:
		return 0
	}
	s, err := stone.Peek(packet[head+8:])
	if err != nil {
		return 0
	}
	return s.Number
}

// recaptured returns how a flow over UDP differs from its capture. It must be the only
// flow.
func recaptured(e lab.Experiment, x lab.Outcome, packets []boxed) string {
	unread := e.Nobody || e.Dies > 0 || e.ReadSize > 0 // then more comes than is caught
	from, to := "thrower", "catcher"
	if slices.ContainsFunc(e.Flows, func(f lab.Flow) bool { return f.Name == x.Name && f.Reverse }) {
		from, to = to, from
	}
	left := 0
	came := map[uint64]bool{}
	for _, p := range packets {
		if transportOf(p.data) != lab.UDP {
			continue
		}
		switch {
		case strings.HasSuffix(p.card, from) && !p.inbound:
			left++
		case strings.HasSuffix(p.card, to) && p.inbound && damage(p.comment) == 0:
			came[numberIn(p.data)] = true
		}
	}
	if want := int(x.Wire.Packets.Value); left != want {
		return fmt.Sprintf("in the capture %d packets leave, and in all %d", left, want)
	}
	if came[0] {
		return "" // pieces
	}
	for _, s := range x.Stones {
		if s.Fate == "delivered" && !came[s.Number] || s.Fate == "lost" && came[s.Number] && !unread {
			return fmt.Sprintf("stone %d is %s; in the capture it came: %t", s.Number, s.Fate, came[s.Number])
		}
	}
	return ""
}
