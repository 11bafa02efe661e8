package wire

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// Queue is the queue before the link: its limit, which includes the packet that is being
// sent, and its manager. A packet that finds no room is dropped. The zero value is an
// unlimited queue. Its text is "100" for packets, "64kB" for bytes, "100ms" for what the
// link sends in that time, and "unlimited"; a colon, the manager and its parameters may
// follow: "300:codel target=5ms".
type Queue struct {
	Packets int           // 0 means no limit
	Bytes   int           // instead of Packets; 0 means no limit
	Time    time.Duration // instead of both; 0 means no limit

	Manager  string        // decides what is dropped: CoDel, FQCoDel, RED, PIE; empty means drop-tail
	Target   time.Duration // of CoDel, FQCoDel and PIE: acceptable wait of a packet; 0 means 5 ms, with PIE 15 ms
	Interval time.Duration // of CoDel and FQCoDel: how long the wait may exceed Target; 0 means 100 ms
	Quantum  int           // of FQCoDel: bytes that a flow sends in a turn; 0 means 1514
	NoECN    bool          // drop packets that could be marked

	Min, Max    int   // of RED: thresholds of the mean, in bytes if Bytes is set, else in packets; 0 means a third of Max, and three times Min or a quarter of the limit
	Burst       int   // of RED: packets that may come at once to an empty queue; 0 means (2 Min + Max) / 3
	Probability Share // of RED: of a drop when the mean reaches Max; 0 means 2 %
}

// The managers of a queue.
const (
	CoDel   = "codel"    // RFC 8289
	FQCoDel = "fq_codel" // RFC 8290
	RED     = "red"      // Floyd and Jacobson, 1993
	PIE     = "pie"      // RFC 8033
)

// managers are their names.
func managers() []string { return []string{CoDel, FQCoDel, RED, PIE} }

// Limits of a queue's parameters.
const (
	MaxQueueTime = time.Minute
	maxInterval  = 10 * time.Second
	maxQuantum   = 1 << 20
)

// on is the limit of the queue before a link of bandwidth b: a limit in time becomes one
// in bytes.
func (q Queue) on(b Bandwidth) Queue {
	limit := Queue{Packets: q.Packets, Bytes: q.Bytes}
	if q.Time > 0 {
		limit.Bytes = max(1, int(int64(b)/8*int64(q.Time/time.Microsecond)/int64(time.Second/time.Microsecond)))
	}
	return limit
}

// room is the limit of the queue before the link, or before the shaper if there is no
// bandwidth.
func (s Shape) room() Queue {
	if s.Bandwidth == 0 {
		return s.Queue.on(s.Shaper.Rate)
	}
	return s.Queue.on(s.Bandwidth)
}

func (q Queue) String() string {
	room := unlimited
	switch {
	case q.Packets != 0:
		room = strconv.Itoa(q.Packets)
	case q.Bytes != 0:
		room = quantity.FormatSize(int64(q.Bytes))
	case q.Time != 0:
		room = quantity.FormatDuration(q.Time)
	}
	text := room
	if q.Manager != "" {
		text += ":" + q.Manager
	}
	if q.Target != 0 {
		text += " target=" + quantity.FormatDuration(q.Target)
	}
	if q.Interval != 0 {
		text += " interval=" + quantity.FormatDuration(q.Interval)
	}
	if q.Quantum != 0 {
		text += " quantum=" + strconv.Itoa(q.Quantum)
	}
	if q.Min != 0 {
		text += " min=" + q.threshold(q.Min)
	}
	if q.Max != 0 {
		text += " max=" + q.threshold(q.Max)
	}
	if q.Burst != 0 {
		text += " burst=" + strconv.Itoa(q.Burst)
	}
	if q.Probability != 0 {
		text += " probability=" + q.Probability.String()
	}
	if q.NoECN {
		text += " noecn"
	}
	return text
}

// threshold writes one of RED's thresholds in the unit of the queue's limit.
func (q Queue) threshold(n int) string {
	if q.Bytes != 0 {
		return quantity.FormatSize(int64(n))
	}
	return strconv.Itoa(n)
}

// MarshalText writes the queue as it is read.
func (q Queue) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText reads a queue.
func (q *Queue) UnmarshalText(text []byte) error {
	room, words, managed := strings.Cut(string(text), ":")
	var v Queue
	if err := v.readRoom(room); err != nil {
		return err
	}
	if managed {
		if err := v.readManager(strings.Fields(words)); err != nil {
			return err
		}
	}
	*q = v
	return nil
}

// relimit reads another limit; the manager and its parameters stay.
func (q *Queue) relimit(text string) error {
	var v Queue
	if err := v.UnmarshalText([]byte(text)); err != nil {
		return err
	}
	if v.Manager != "" {
		return fmt.Errorf("only its limit can change; write %s alone", prose.Quote(strings.SplitN(text, ":", 2)[0]))
	}
	if q.Manager == RED && (v.Packets > 0) != (q.Packets > 0) || q.Manager == RED && (v.Bytes > 0) != (q.Bytes > 0) {
		return errors.New("red keeps its thresholds; write the limit in what they are in, packets or bytes")
	}
	q.Packets, q.Bytes, q.Time = v.Packets, v.Bytes, v.Time
	return nil
}

// readRoom reads a limit in packets, or in bytes or time if there is a unit.
func (q *Queue) readRoom(text string) error {
	if text == unlimited {
		return nil
	}
	_, unit := quantity.CutUnit(text)
	if strings.HasSuffix(unit, "s") && unit != "" {
		d, err := quantity.ParseDuration(text)
		if err == nil && (d < time.Microsecond || d > MaxQueueTime) {
			return errors.New(quantity.OutOfRange(time.Microsecond, MaxQueueTime))
		}
		q.Time = d
		return err
	}
	n, err := quantity.ParseSize(text)
	spelling := new(quantity.SpellingError)
	switch {
	case errors.As(err, &spelling):
		return fmt.Errorf("not a queue; %w", spelling)
	case errors.Is(err, quantity.ErrLarge) || err == nil && (n < 1 || n > MaxQueue):
		return errors.New(quantity.OutOfRange(1, MaxQueue) + " packets or bytes")
	case err != nil:
		return fmt.Errorf("not a queue; write 100 (packets), 64kB, 100ms or %s; units: B kB MB GB", unlimited)
	case unit == "":
		q.Packets = int(n)
	default:
		q.Bytes = int(n)
	}
	return nil
}

// readManager reads the manager and its parameters.
func (q *Queue) readManager(words []string) error {
	if len(words) == 0 || !slices.Contains(managers(), words[0]) {
		named := ""
		if len(words) > 0 {
			named = words[0]
		}
		return fmt.Errorf("nothing manages a queue by the name %s; allowed %s", prose.Quote(named), strings.Join(managers(), ", "))
	}
	q.Manager = words[0]
	seen := make(map[string]bool)
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		if seen[key] {
			return fmt.Errorf("%s given twice", key)
		}
		seen[key] = true
		if err := q.readParameter(key, value); err != nil {
			return fmt.Errorf("%s: %w", prose.Quote(word), err)
		}
	}
	if q.Manager != RED {
		return nil
	}
	low, high := q.thresholds()
	least := low/int(q.usual()) + 1
	switch room := max(q.Packets, q.Bytes); {
	case room == 0:
		return errors.New("red needs a limit in packets or in bytes, e.g. 300:red")
	case high > max(2, room) || low >= high:
		return fmt.Errorf("red needs min (%s) below max (%s), and max within the queue", q.threshold(low), q.threshold(high))
	case q.Burst != 0 && q.Burst < least:
		return fmt.Errorf("burst=%d would be dropped at min=%s; allowed %d to %d packets", q.Burst, q.threshold(low), least, maxREDBurst)
	}
	return nil
}

func (q *Queue) readParameter(key, value string) (err error) {
	during := func(most time.Duration) (d time.Duration, err error) {
		if d, err = quantity.ParseDuration(value); err == nil && (d < time.Microsecond || d > most) {
			err = errors.New(quantity.OutOfRange(time.Microsecond, most))
		}
		return d, err
	}
	parameters := map[string]string{
		CoDel: "target=, interval=, noecn", FQCoDel: "target=, interval=, quantum=, noecn",
		RED: "min=, max=, burst=, probability=, noecn", PIE: "target=, noecn",
	}
	if !slices.Contains(strings.Split(parameters[q.Manager], ", "), key+"=") && key != "noecn" || key == "" {
		return errors.New("no parameter; allowed " + parameters[q.Manager])
	}
	switch {
	case key == "target":
		q.Target, err = during(maxInterval)
	case key == "interval":
		q.Interval, err = during(maxInterval)
	case key == "min":
		q.Min, err = q.readThreshold(value)
	case key == "max":
		q.Max, err = q.readThreshold(value)
	case key == "burst":
		q.Burst, err = strconv.Atoi(value)
		if err != nil || q.Burst < 1 || q.Burst > maxREDBurst {
			err = fmt.Errorf("not a number of packets; allowed 1 to %d", maxREDBurst)
		}
	case key == "probability":
		err = q.Probability.UnmarshalText([]byte(value))
		if err == nil && q.Probability == 0 {
			err = errors.New("a probability of 0 drops nothing")
		}
	case key == "quantum":
		q.Quantum, err = strconv.Atoi(value)
		if err != nil || q.Quantum < 256 || q.Quantum > maxQuantum {
			err = fmt.Errorf("not a number of bytes; allowed 256 to %d", maxQuantum)
		}
	case key == "noecn" && value == "":
		q.NoECN = true
	default:
		err = errors.New("noecn has no value")
	}
	return err
}

// readThreshold reads one of RED's thresholds, in the unit of the queue's limit.
func (q *Queue) readThreshold(text string) (int, error) {
	n, err := quantity.ParseSize(text)
	_, unit := quantity.CutUnit(text)
	if err != nil || n < 1 || n > MaxQueue || (unit != "") != (q.Bytes != 0) {
		return 0, errors.New("write it as the queue: a number of packets, or bytes with their unit")
	}
	return int(n), nil
}
