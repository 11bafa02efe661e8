package wire

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// A Trace says when a link may send: the milliseconds of its opportunities of 1500 bytes
// each, as in the emulator mahimahi. An opportunity without a packet is lost. A packet
// longer than the rest of an opportunity goes on in the next one. The last millisecond is
// the length of the trace, which then begins again. The zero value is no trace.
//
// Its text is @ and the name of a built-in trace, or @ and the milliseconds from each
// opportunity to the next; "1x100" stands for 1 a hundred times: "@5 0x2 1x100".
type Trace struct {
	name string
	at   []uint32 // ms, in rising order; equal ones are allowed
}

// Limits of a trace.
const (
	opportunity      = 1500 // bytes
	MaxOpportunities = 10_000_000
)

// IsZero reports whether t is no trace.
func (t Trace) IsZero() bool { return len(t.at) == 0 }

// length is how long the trace is until it begins again.
func (t Trace) length() time.Duration {
	return time.Duration(t.at[len(t.at)-1]) * time.Millisecond
}

// Mean is the bandwidth in the long run, rounded down.
func (t Trace) Mean() Bandwidth {
	if t.IsZero() {
		return 0
	}
	return max(1, Bandwidth(len(t.at))*8*opportunity*1000/Bandwidth(t.at[len(t.at)-1]))
}

// String describes the trace for people. The text of a trace from a file is too long for
// that; its checksum stands for it.
func (t Trace) String() string {
	switch {
	case t.IsZero():
		return "none"
	case t.name != "":
		return "@" + t.name
	}
	text, _ := t.MarshalText() // which has no error
	return fmt.Sprintf("trace %08x (%s, %v on average)", crc32.ChecksumIEEE(text), quantity.FormatDuration(t.length()), t.Mean())
}

// MarshalText writes the trace as it is read.
func (t Trace) MarshalText() ([]byte, error) {
	if t.name != "" {
		return []byte("@" + t.name), nil
	}
	var b strings.Builder
	b.WriteByte('@')
	before := uint32(0)
	for i := 0; i < len(t.at); {
		gap, n := t.at[i]-before, 0
		for i < len(t.at) && t.at[i]-before == gap {
			before, n, i = t.at[i], n+1, i+1
		}
		if b.Len() > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatUint(uint64(gap), 10))
		if n > 1 {
			b.WriteString("x" + strconv.Itoa(n))
		}
	}
	return []byte(b.String()), nil
}

// UnmarshalText reads a trace.
func (t *Trace) UnmarshalText(text []byte) error {
	name, ok := strings.CutPrefix(string(text), "@")
	if !ok {
		return errors.New("not a trace; write @ and its name")
	}
	if scene, ok := ownTrace(name); ok {
		*t = scene
		return nil
	}
	words := strings.Fields(name)
	if len(words) == 0 || words[0][0] < '0' || words[0][0] > '9' {
		return fmt.Errorf("no trace has that name; allowed @%s, or a file with a slash in its name, such as @./%s",
			strings.Join(TraceNames(), ", @"), prose.Safe(name))
	}
	var at []uint32
	now := uint64(0)
	for _, word := range words {
		text, often, several := strings.Cut(word, "x")
		gap, err := strconv.ParseUint(text, 10, 32)
		n := uint64(1)
		if err == nil && several {
			n, err = strconv.ParseUint(often, 10, 32)
		}
		if err != nil || n == 0 || n > MaxOpportunities || len(at)+int(n) > MaxOpportunities || now+gap*n > uint64(MaxMoment/time.Millisecond) {
			return fmt.Errorf("%s is not an interval of a trace; allowed %d opportunities within %s", prose.Quote(word), MaxOpportunities, quantity.FormatDuration(MaxMoment))
		}
		for range n {
			now += gap
			at = append(at, uint32(now))
		}
	}
	if now == 0 {
		return errors.New("the trace ends at 0 ms; it needs a length")
	}
	*t = Trace{at: at}
	return nil
}

// ReadTrace reads a trace file of mahimahi: each line is the millisecond of an opportunity.
// The error says which line is wrong.
func ReadTrace(data []byte) (Trace, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return Trace{}, errors.New("it is empty; a trace has a line for each packet of 1500 bytes that may leave, with its millisecond")
	case bytes.IndexByte(data, 0) >= 0:
		return Trace{}, errors.New("it is no text; a trace has a line for each packet of 1500 bytes that may leave, with its millisecond")
	}
	at := make([]uint32, 0, bytes.Count(data, []byte("\n"))+1)
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		ms, err := strconv.ParseUint(string(line), 10, 64)
		switch {
		case err != nil:
			return Trace{}, fmt.Errorf("line %d is %s; want a millisecond, a whole number from 0", number, prose.Quote(string(line[:min(len(line), 40)])))
		case ms > uint64(MaxMoment/time.Millisecond):
			return Trace{}, fmt.Errorf("line %d: %d ms is later than %s", number, ms, quantity.FormatDuration(MaxMoment))
		case len(at) > 0 && uint32(ms) < at[len(at)-1]:
			return Trace{}, fmt.Errorf("line %d: %d ms stands behind %d ms; times never fall", number, ms, at[len(at)-1])
		case len(at) == MaxOpportunities:
			return Trace{}, fmt.Errorf("it has more than %d lines", MaxOpportunities)
		}
		at = append(at, uint32(ms))
	}
	if at[len(at)-1] == 0 {
		return Trace{}, errors.New("it ends at 0 ms; the last line is the length of the trace")
	}
	return Trace{at: slices.Clip(at)}, nil
}

// A timetable is a trace that a link follows.
type timetable struct {
	Trace
	begun time.Duration // when the first round began
	round time.Duration // how long after that the present round began
	place int           // index of the present opportunity in the round
	left  int           // bytes of it that are not used
}

// newTimetable returns the timetable of a trace, or nil for no trace.
func newTimetable(t Trace) *timetable {
	if t.IsZero() {
		return nil
	}
	return &timetable{Trace: t, left: opportunity}
}

// now is the time of the present opportunity.
func (t *timetable) now() time.Duration {
	return t.begun + t.round + time.Duration(t.at[t.place])*time.Millisecond
}

// send returns when a packet has been sent that may be sent from a time on. An opportunity
// at exactly that time counts.
func (t *timetable) send(from time.Duration, size int) time.Duration {
	if t.now() < from {
		length := t.length()
		after := from - t.begun
		t.round = (after - 1) / length * length
		ms := uint32((after - t.round + time.Millisecond - 1) / time.Millisecond)
		t.place, _ = slices.BinarySearch(t.at, ms)
		t.left = opportunity
	}
	for size > t.left {
		size -= t.left
		t.left = opportunity
		if t.place++; t.place == len(t.at) {
			t.place, t.round = 0, t.round+t.length()
		}
	}
	t.left -= size
	return t.now()
}
