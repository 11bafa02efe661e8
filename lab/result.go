package lab

import (
	"time"

	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/stone"
)

// Version is that of the program.
const Version = "0.1.0"

// Format is the form in which results are written. It is apart from the program's
// version.
const Format = 2

// A Document is what is kept of one call of the program.
type Document struct {
	Version string   `json:"stones"` // of the program that wrote it
	Format  int      `json:"format"`
	Results []Result `json:"results"`
}

// A Result is one experiment and what came of it.
type Result struct {
	Experiment Experiment `json:"experiment"`
	Flows      []Outcome  `json:"flows"`
	Warnings   []Warning  `json:"warnings"`
	Made       Made       `json:"made"`
}

// Made says what made a result: equal bytes are promised only where all of it
// is equal.
type Made struct {
	Go string `json:"go"` // version of the language
}

// An Outcome is what came of one flow.
//
// The flow's span, over which all rates are, begins with the thrower's first act,
// asking included. It ends with the last first arrival, or when the last stone was
// due and the least delay had passed, whichever is later: stones lost at the end
// do not make a flow faster.
type Outcome struct {
	Name      string     `json:"name"`
	Transport string     `json:"transport"`
	Complete  bool       `json:"complete"`         // all that was planned was tried, and both ends came to their end
	Error     string     `json:"error,omitzero"`   // why it is not complete
	Refused   bool       `json:"refused,omitzero"` // the error is that the other side refused
	Broken    string     `json:"broken,omitzero"`  // the law that does not hold, with both sides of it
	Stack     path.Stack `json:"stack"`

	stone.Counts

	Reads         int    `json:"reads"` // how often the catcher's socket gave something
	ReceiverDrops Figure `json:"receiver_drops"`

	Wire Wire `json:"wire"`

	Delay      Delays  `json:"delay_ms"`
	Waiting    Waiting `json:"waiting"`
	Jitter     Figure  `json:"jitter_ms"`      // RFC 3550 section 6.4.1, after the last arrival
	Standstill Figure  `json:"standstill_ms"`  // longest time without a stone while one was due
	Connect    Figure  `json:"connect_ms"`     // asking, until the answer
	Done       Figure  `json:"done_ms"`        // from the beginning, asking included, to the last first arrival
	Throughput Figure  `json:"throughput_bps"` // IP bytes that came out of the wire, over the flow's span
	Goodput    Figure  `json:"goodput_bps"`    // distinct stone bytes, over the same span

	Pacing     Pacing         `json:"pacing"`
	RTT        *RoundTrip     `json:"rtt_ms,omitzero"`     // nil if it was not measured
	Drain      path.DrainRule `json:"drain"`               // how the end of waiting was decided
	Drained    *Figure        `json:"drained_ms,omitzero"` // how long that was, if the other end decided
	Samples    []Sample       `json:"tcp_info"`
	Counters   *path.Counters `json:"tcp_counters,omitzero"` // nil if they were not asked for, and over UDP
	Answers    *Answers       `json:"answers,omitzero"`      // nil if none were asked for
	Caught     *Caught        `json:"caught,omitzero"`       // nil if no file was thrown
	CutLetters *Figure        `json:"cut_letters,omitzero"`  // reads that ended within a letter of the text; nil if there is none
	Overheard  []Overheard    `json:"overheard,omitzero"`
	Notes      []Note         `json:"notes,omitzero"` // what a protocol of one's own has noted
	Stones     []StoneRecord  `json:"stones,omitzero"`

	Shared    *Shared    `json:"shared,omitzero"` // nil if it had its wire for itself
	Load      *Load      `json:"load,omitzero"`   // nil if it is not paced, or none beside it goes as fast as it can
	Intervals []Interval `json:"intervals,omitzero"`
	Packets   []Packet   `json:"packets,omitzero"`

	Theory map[string]Expectation `json:"theory,omitzero"` // what theory says of a measure, if that was asked for
}

// Answers are the stones that the catcher threw back. Times are from when each was due
// to when the thrower had read it again; of a stone without an answer that is infinite.
type Answers struct {
	Came int    `json:"came"` // distinct stones
	P50  Figure `json:"p50_ms"`
	P99  Figure `json:"p99_ms"`
	Max  Figure `json:"max_ms"`  // of those that came
	Done Figure `json:"done_ms"` // when the last one came, since the thrower's first act
}

// A Note is a figure that one end of a protocol noted at a time since the flow
// began.
type Note struct {
	At    Figure  `json:"at_ms"`
	End   string  `json:"end"` // thrower, catcher
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Shared is what a flow had of a wire while all that shared it ran. Times are of
// the flow's own.
type Shared struct {
	From    Figure `json:"from_ms"`
	To      Figure `json:"to_ms"`
	Goodput Figure `json:"goodput_bps"`
	Share   Figure `json:"share"` // of the goodput of all that throw the same way, from 0 to 1
	Jain    Figure `json:"jain"`  // Jain's index of these: 1 if they had the same, 1/n if one had it all (Jain, Chiu, Hawe 1984)
}

// Load is how long the stones of a paced flow took, in the middle, while others that go as
// fast as they can shared its wire, and before.
type Load struct {
	Idle       Figure `json:"idle_p50_ms"`          // of those due before the first of these began
	Loaded     Figure `json:"loaded_p50_ms"`        // of those due while any of these ran
	RoundTrips Figure `json:"round_trips_a_minute"` // of such a stone, and of an answer that waits for nobody
}

// An Expectation is what theory says of a measure, and how far the measurement is
// from it.
type Expectation struct {
	Expected Figure `json:"expected"`
	Bound    bool   `json:"bound,omitzero"` // it is the most that can be
	Sigma    Figure `json:"sigma"`          // standard deviation; 0 means no chance
	Sigmas   Figure `json:"off_sigmas"`     // how many of these the measurement is above it
	Percent  Figure `json:"off_percent"`
}

// Wire is what the path saw of the flow's packets.
type Wire struct {
	Packets       Figure          `json:"packets"`       // IP packets from the thrower to the catcher's side
	DataPackets   Figure          `json:"data_packets"`  // of these, with bytes of stones in them
	Bytes         Figure          `json:"bytes"`         // of Packets, IP headers included
	Dropped       Figure          `json:"dropped"`       // lost on the way
	Overflowed    Figure          `json:"overflowed"`    // the queue was full
	Marked        Figure          `json:"marked"`        // by the queue, instead of dropped (RFC 3168)
	Damaged       Figure          `json:"damaged"`       // one bit was flipped
	Copied        Figure          `json:"copied"`        // the wire itself made a copy
	Retransmitted Figure          `json:"retransmitted"` // segments that TCP threw again
	Timeouts      Figure          `json:"timeouts"`      // retransmission timeouts of TCP
	LateP50       Figure          `json:"late_p50_ms"`   // how much later than the wire says packets came out, both ways together
	LateP99       Figure          `json:"late_p99_ms"`
	LateMax       Figure          `json:"late_max_ms"`
	Back          *path.Direction `json:"back,omitzero"` // the way back
}

// Delays are one-way delays in milliseconds, from the moment a stone was due.
// A lost stone counts as infinite (RFC 7679 section 5.1), so that a percentile
// may be "infinite". Max is over the delivered stones.
type Delays struct {
	Min Figure `json:"min"`
	P50 Figure `json:"p50"`
	P95 Figure `json:"p95"`
	P99 Figure `json:"p99"`
	Max Figure `json:"max"`

	// Above says that the two ends have clocks that are not known to agree. Then a
	// delay is only known as how much it is above the least one, which is 0 here,
	// and so is every time that something of the other end happened. (Clocks that
	// run apart by 50 millionths make 3 ms of that in a minute.)
	Above bool `json:"above_least,omitzero"`
}

// Waiting is for what the held-up stones waited, beyond the least delay. What a
// stone waited for adds up to how long it was held up.
type Waiting struct {
	ToLeave Wait `json:"to_leave"` // until they left the thrower, though they were due: for TCP's window, or a slow thrower
	Again   Wait `json:"again"`    // until they were thrown again, because their last byte was lost
	Earlier Wait `json:"earlier"`  // for an earlier byte, when their own had come: head-of-line blocking
	Road    Wait `json:"road"`     // the rest: queues, jitter, reordering, a slow reader
}

// A Wait is for one thing.
type Wait struct {
	Stones Figure `json:"stones"` // that waited over 1 ms for it
	Sum    Figure `json:"ms"`     // over all stones held up
}

// A RoundTrip is the time there and back, measured before the flow by lines
// that the other end echoed over a connection of their own.
type RoundTrip struct {
	Min    Figure `json:"min"`
	Median Figure `json:"median"`
}

// Pacing says how well the schedule was kept. Without one, at the rate max, there
// is nothing to keep: only Offered and the gaps have a value.
type Pacing struct {
	Policy pace.Policy `json:"policy"` // what a thrower does after it was held up

	// Rates in stones a second. Asked is that of the plan; Offered is that of the
	// stones thrown: how many were due before the last one, over the time from the
	// first throw to the last.
	Asked   Figure `json:"asked_rate"`
	Offered Figure `json:"offered_rate"`

	// Met says that the asked rate was offered: the stones took no more than 1/99
	// longer to throw than they should have, or no more than 1 ms. For stones that
	// are not thrown by chance, that is to say that Offered is at least 99 % of
	// Asked. It holds where nothing was asked for.
	Met   bool  `json:"met"`
	Limit Limit `json:"limit,omitzero"` // what kept stones from being thrown, or caught, at the asked rate; empty if nothing did

	// How long after it was due a stone was thrown, and the time from one throw to
	// the next. Percentiles are at most 0.4 % too high; the longest is exact.
	Late     int    `json:"late"` // stones thrown over 1 ms after they were due
	ErrorP50 Figure `json:"schedule_error_p50_ms"`
	ErrorP99 Figure `json:"schedule_error_p99_ms"`
	ErrorMax Figure `json:"schedule_error_max_ms"`
	GapP50   Figure `json:"gap_p50_ms"`
	GapP99   Figure `json:"gap_p99_ms"`

	// BackToBack is the greatest number of stones in a row, each thrown less than
	// half its planned gap after the one before; 1 if no two were. Stones of a
	// burst, whose planned gap is 0, neither make a row nor end one.
	BackToBack Figure `json:"back_to_back"`
}

// A Limit is what kept a flow from its rate.
type Limit string

// What [Pacing] names as the limit. It claims no more than is known: of a TCP that
// makes the thrower wait, a path cannot always tell for whose sake.
const (
	LimitSender   Limit = "sender"   // the thrower did not get round to it, or the socket made UDP wait
	LimitReceiver Limit = "receiver" // the catcher slept while TCP made the thrower wait, or UDP's stones found its socket full
	LimitTCP      Limit = "tcp"      // TCP made the thrower wait: for the catcher's window or for congestion control
)

// A Sample is the state of TCP at the thrower at one moment.
type Sample struct {
	At       Figure `json:"at_ms"`
	Cwnd     int    `json:"cwnd_packets"`
	Ssthresh int    `json:"ssthresh_packets"` // 0 while there is none
	RTT      Figure `json:"rtt_ms"`
	RTO      Figure `json:"rto_ms"`
}

// A StoneRecord is what became of one stone.
type StoneRecord struct {
	Number uint64 `json:"number"`
	Due    Figure `json:"due_ms"`   // from the start of the plan
	First  Figure `json:"first_ms"` // first arrival, from the start of the plan
	Copies int    `json:"copies"`   // arrivals in all
	Fate   Fate   `json:"fate"`     // one of the Stone constants; what was not thrown has no record

	Waits *StoneWaits `json:"waits,omitzero"` // nil if it did not come, or nobody saw
}

// StoneWaits are for what one stone waited, in milliseconds, as in [Waiting]. With
// the least delay they add up to the stone's.
type StoneWaits struct {
	ToLeave Figure `json:"to_leave_ms"`
	Again   Figure `json:"again_ms"`
	Earlier Figure `json:"earlier_ms"`
	Road    Figure `json:"road_ms"`
}

// A Warning says that a result may mislead, and by which rule. The sentence
// for it is in package report.
type Warning struct {
	Rule  string  `json:"rule"`
	Flow  string  `json:"flow,omitzero"` // the name of the flow it is about
	Word  string  `json:"word,omitzero"` // the flag it is about, or what was the limit
	Value float64 `json:"value"`         // what it is
	Limit float64 `json:"limit"`         // what it would have to stay within
	Of    float64 `json:"of,omitzero"`   // how many it is out of, if that matters
}

// A Live is how far a flow has come, told while it runs. The counts are
// those of the moment: what is on its way is thrown and not delivered. A count
// that only the other end knows is -1.
type Live struct {
	Flow      string        // its name
	At        time.Duration // since the flow began
	Thrown    int           // stones attempted
	Delivered int           // distinct stones that came
}

// Always0 returns the names, as the JSON has them, of the counts that are 0 in this
// flow because its transport lets them be nothing else: while a connection lives,
// every stone comes, once and in order.
func (o Outcome) Always0() []string {
	if !o.Is().Ordered {
		return nil
	}
	var names []string
	for _, c := range []struct {
		name string
		n    int
		dead bool // only while the connection lives
	}{
		{"lost", o.Lost, true},
		{"reordered", o.Reordered, false},
		{"reordered_3", o.Reordered3, false},
		{"reordering_extent", o.Extent, false},
		{"duplicated", o.Duplicated, false},
	} {
		if c.n == 0 && (o.Complete || !c.dead) {
			names = append(names, c.name)
		}
	}
	return names
}
