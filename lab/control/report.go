package control

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"stones/lab/prose"
)

// An Arrival is one stone of a report.
type Arrival struct {
	Number uint64        // of the stone, from 1
	At     time.Duration // when it came, since the plan was agreed to, on the server's clock
	Delay  time.Duration // At less the stone's own Due, whose clock may be another one
}

// Append appends the line to b, with its end.
func (a Arrival) Append(b []byte) []byte {
	b = strconv.AppendUint(append(b, ' '), a.Number, 10)
	b = strconv.AppendInt(append(b, ' '), int64(a.At), 10)
	b = strconv.AppendInt(append(b, ' '), int64(a.Delay), 10)
	return append(b, '\n')
}

// ParseArrival understands a line as [Arrival.Append] writes it, without the
// space before and the end. Its error wraps [ErrForeign].
func ParseArrival(text string) (Arrival, error) {
	number, rest, _ := strings.Cut(text, " ")
	at, delay, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(number, 10, 64)
	a, ok := nanoseconds(at)
	d, also := nanoseconds(delay)
	if err != nil || !ok || !also {
		return Arrival{}, fmt.Errorf("%w: arrival %s", ErrForeign, prose.Quote(text))
	}
	return Arrival{n, a, d}, nil
}

// nanoseconds reads a time, as it is written here and not otherwise.
func nanoseconds(word string) (time.Duration, bool) {
	n, err := strconv.ParseInt(word, 10, 64)
	return time.Duration(n), err == nil && word[0] != '+'
}

// A Report is what the server counted in a flow besides its arrivals.
//
// Of a flow in which the server throws, what stands in the place of the
// arrivals are its throws: Number, when it was thrown, and how much later than
// due.
type Report struct {
	Damaged, Foreign int // what came and was broken, or no stone of the plan
	Reads            int // how often the socket gave something
	Drops            int // stones that found the socket's buffer full
	DropsUnknown     string
	Carried          [32]byte      // the stone.Sum of what the stones carried; zeros if nothing
	Drained          time.Duration // how long was waited at the end for what may still come

	Reverse                    bool           // the server threw
	Planned, Attempted, Thrown int            // by the server
	NotThrown                  map[string]int // by cause, of those attempted; nil if none
}

// maxCauses is how many causes of NotThrown are read.
const maxCauses = 16

// Append appends the lines to b.
func (r Report) Append(b []byte) []byte {
	if r.Reverse {
		b = AppendLine(b, fmt.Sprintf("thrown %d %d %d", r.Planned, r.Attempted, r.Thrown))
	}
	for _, cause := range slices.Sorted(maps.Keys(r.NotThrown)) {
		b = AppendLine(b, fmt.Sprintf("not %d %s", r.NotThrown[cause], prose.Safe(cause)))
	}
	b = AppendLine(b, fmt.Sprintf("damaged %d", r.Damaged))
	b = AppendLine(b, fmt.Sprintf("foreign %d", r.Foreign))
	b = AppendLine(b, fmt.Sprintf("reads %d", r.Reads))
	if r.DropsUnknown == "" {
		b = AppendLine(b, fmt.Sprintf("drops %d", r.Drops))
	} else {
		b = AppendLine(b, "drops unknown "+prose.Safe(r.DropsUnknown))
	}
	if r.Carried != ([32]byte{}) {
		b = AppendLine(b, fmt.Sprintf("carried %x", r.Carried))
	}
	return AppendLine(b, fmt.Sprintf("drained %d", r.Drained.Nanoseconds()))
}

// parse enters one line of the report.
func (r *Report) parse(text string) (err error) {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "thrown":
		w := words{command: word, left: strings.Split(rest, " ")}
		r.Reverse = true
		r.Planned, r.Attempted, r.Thrown = w.number("planned", 0, MaxCount), w.number("attempted", 0, MaxCount), w.number("thrown", 0, MaxCount)
		if err = w.end(); err == nil && (r.Thrown > r.Attempted || r.Attempted > r.Planned) {
			err = errors.New("counts contradict")
		}
	case "not":
		many, cause, _ := strings.Cut(rest, " ")
		n, bad := number(many, 1, MaxCount)
		if err = bad; bad == nil {
			err = r.notThrown(n, prose.Safe(cause))
		}
	case "damaged":
		r.Damaged, err = number(rest, 0, MaxCount)
	case "foreign":
		r.Foreign, err = number(rest, 0, MaxCount)
	case "reads":
		r.Reads, err = number(rest, 0, MaxCount)
	case "drops":
		why, unknown := strings.CutPrefix(rest, "unknown ")
		if r.Drops, r.DropsUnknown = 0, prose.Safe(why); !unknown {
			r.DropsUnknown = ""
			r.Drops, err = number(rest, 0, MaxCount)
		}
	case "carried":
		err = unhex(r.Carried[:], rest)
	case "drained":
		at, ok := nanoseconds(rest)
		if r.Drained = at; !ok || at < 0 {
			err = errors.New("not a time")
		}
	default:
		err = errors.New("not known")
	}
	if err != nil {
		return fmt.Errorf("%w: report %s: %v", ErrForeign, prose.Quote(text), err)
	}
	return nil
}

// notThrown enters how many stones were not thrown for one cause.
func (r *Report) notThrown(n int, cause string) error {
	if _, twice := r.NotThrown[cause]; twice || len(r.NotThrown) == maxCauses {
		return errors.New("twice, or too many causes")
	}
	if r.NotThrown == nil {
		r.NotThrown = make(map[string]int)
	}
	r.NotThrown[cause] = n
	return nil
}

// ReadReport reads the reply to [Ask]. Each arrival is given to arrival, in the
// order in which they came; an error of that ends the reading. Their number is
// checked against what the reply says. The errors are those of
// [Reader.ReadReply].
func (r *Reader) ReadReport(arrival func(Arrival) error) (Report, error) {
	var report Report
	arrivals := 0
	text, err := r.ReadReply(func(text string) error {
		if text == "" || text[0] < '0' || text[0] > '9' {
			return report.parse(text)
		}
		a, err := ParseArrival(text)
		if err != nil {
			return err
		}
		arrivals++
		return arrival(a)
	})
	if err != nil {
		return report, err
	}
	n, err := ParseCount(text)
	if err != nil {
		return report, err
	}
	if n != arrivals {
		return report, fmt.Errorf("%w: report of %d arrivals says %d", ErrForeign, arrivals, n)
	}
	return report, nil
}
