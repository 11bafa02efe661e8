package report

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// A parameter is one thing that an experiment sets for a flow. Its word is
// that of the flag.
type parameter struct {
	word string
	of   func(e *lab.Experiment, flow string) string
	way  bool // it is about the wire
}

// parameters returns all of them but the seed. Two experiments with the same
// parameters differ in nothing else that could change a result.
func parameters() []parameter {
	list := []parameter{
		planned("rate", func(p *pace.Plan) string { return p.Rate.String() }),
		planned("count", func(p *pace.Plan) string { return strconv.Itoa(p.Count) }),
		planned("time", func(p *pace.Plan) string { return quantity.FormatDuration(p.Time) }),
		planned("size", func(p *pace.Plan) string { return strconv.Itoa(p.Size) }),
		planned("pattern", func(p *pace.Plan) string { return p.Pattern.String() }),
	}
	list = append(list,
		flowing("start", func(f *lab.Flow) string { return f.Start.String() }),
		flowing("extra-delay", func(f *lab.Flow) string { return quantity.FormatDuration(f.ExtraDelay) }),
	)
	list = append(list, general("file", func(e *lab.Experiment) string { return cmp.Or(fileWord(e.File), none) }))
	list = append(list, general("say", func(e *lab.Experiment) string { return cmp.Or(e.Say, none) }))
	list = append(list, general("road", func(e *lab.Experiment) string { return own(e.Road) }))
	for _, k := range knobs {
		list = append(list, parameter{k.word, func(e *lab.Experiment, _ string) string { return k.of(e.Out) }, true})
	}
	for _, k := range knobs {
		list = append(list, parameter{k.word + backSuffix, func(e *lab.Experiment, _ string) string { return k.of(e.Back) }, true})
	}
	return append(list,
		general("ipv6", func(e *lab.Experiment) string { return yesNo(e.IPv6) }),
		general("window", func(e *lab.Experiment) string { return own(e.Buffer) }),
		parameter{"congestion", func(e *lab.Experiment, flow string) string {
			if f := e.Flow(flow); f != nil {
				return own(cmp.Or(f.Congestion, e.Congestion))
			}
			return own(e.Congestion)
		}, false},
		general("recovery", func(e *lab.Experiment) string { return own(e.Recovery) }),
		general("sack", func(e *lab.Experiment) string { return own(e.Tuning.SACK) }),
		general("nagle", func(e *lab.Experiment) string { return yesNo(e.Tuning.Nagle) }),
		general("delayed-ack", func(e *lab.Experiment) string { return own(e.Tuning.DelayedACK) }),
		general("ecn", func(e *lab.Experiment) string { return yesNo(e.Tuning.ECN) }),
		general("initial-window", func(e *lab.Experiment) string { return own(e.Tuning.InitialWindow) }),
		general("udp-checksum", func(e *lab.Experiment) string { return own(e.Tuning.UDPChecksum) }),
		general("tick", func(e *lab.Experiment) string { return quantity.FormatDuration(e.Tuning.Tick) }),
		general("deadline", func(e *lab.Experiment) string { return quantity.FormatDuration(e.Deadline) }),
		general("asleep", func(e *lab.Experiment) string { return quantity.FormatDuration(e.Asleep) }),
		general("read-size", func(e *lab.Experiment) string { return own(e.ReadSize) }),
		general("answer", func(e *lab.Experiment) string { return yesNo(e.Answer) }),
		general("catcher-dies", func(e *lab.Experiment) string { return after(e.Dies) }),
		general("nobody", func(e *lab.Experiment) string { return yesNo(e.Nobody) }),
		general("give-up", func(e *lab.Experiment) string { return quantity.FormatDuration(e.GiveUp) }),
		general("parallel", func(e *lab.Experiment) string { return strconv.Itoa(e.Parallel()) }),
		general("together", func(e *lab.Experiment) string { return yesNo(e.Together) }),
		general("path", func(e *lab.Experiment) string { return e.Path }),
		general("to", func(e *lab.Experiment) string { return cmp.Or(e.To, none) }),
		general("reverse", func(e *lab.Experiment) string { return yesNo(e.Reverse) }),
		general("tls", func(e *lab.Experiment) string { return yesNo(e.TLS) }),
	)
}

// findParameter returns the one of that word.
func findParameter(word string) parameter {
	for _, p := range parameters() {
		if p.word == word {
			return p
		}
	}
	panic("report: no parameter " + word)
}

// planned is a parameter of the flow's plan.
func planned(word string, of func(p *pace.Plan) string) parameter {
	return flowing(word, func(f *lab.Flow) string { return of(&f.Plan) })
}

// flowing is a parameter of a flow.
func flowing(word string, of func(f *lab.Flow) string) parameter {
	return parameter{word, func(e *lab.Experiment, flow string) string {
		if f := e.Flow(flow); f != nil {
			return of(f)
		}
		return notThere
	}, false}
}

// general is a parameter that is the same for all flows.
func general(word string, of func(e *lab.Experiment) string) parameter {
	return parameter{word, func(e *lab.Experiment, _ string) string { return of(e) }, false}
}

// backSuffix makes the word of a knob that of the same one on the way back.
const backSuffix = "-back"

// A knob is one field of a wire's shape.
type knob struct {
	word string
	of   func(s wire.Shape) string
}

// knobs holds all of them, in the order in which people name them.
var knobs = []knob{
	{"delay", func(s wire.Shape) string { return quantity.FormatDuration(s.Delay) }},
	{"jitter", func(s wire.Shape) string { return s.Jitter.String() }},
	{"overtake", func(s wire.Shape) string { return yesNo(s.Overtake) }},
	{"loss", func(s wire.Shape) string { return s.Loss.String() }},
	{"reorder", func(s wire.Shape) string { return s.Reorder.String() }},
	{"reorder-early", func(s wire.Shape) string { return s.ReorderEarly.String() }},
	{"duplicate", func(s wire.Shape) string { return s.Duplicate.String() }},
	{"corrupt", func(s wire.Shape) string { return s.Corrupt.String() }},
	{"drop", func(s wire.Shape) string { return numbers(s.Drop) }},
	{"drop-every", func(s wire.Shape) string { return strconv.Itoa(s.DropEvery) }},
	{"drop-packets", func(s wire.Shape) string { return numbers(s.DropPackets) }},
	{"hold", func(s wire.Shape) string { return listOf(s.Hold) }},
	{"outage", func(s wire.Shape) string { return listOf(s.Outage) }},
	{"at", func(s wire.Shape) string { return listOf(s.At) }},
	{"every", func(s wire.Shape) string { return listOf(s.Every) }},
	{"policer", func(s wire.Shape) string { return s.Policer.String() }},
	{"shaper", func(s wire.Shape) string { return s.Shaper.String() }},
	{"bandwidth", bandwidth},
	{"queue", func(s wire.Shape) string { return s.Queue.String() }},
	{"mtu", func(s wire.Shape) string { return own(s.MTU) }},
}

// usualMTU is that of Ethernet; nobody needs to be told.
const usualMTU = 1500

// turned returns the knobs of s that are not as on a perfect wire, as flag and
// value. It leaves out those that vary, whose words have the suffix.
func turned(s wire.Shape, suffix string, varying []parameter) []string {
	if s.MTU == usualMTU {
		s.MTU = 0
	}
	var list []string
	for _, k := range knobs {
		varies := slices.ContainsFunc(varying, func(p parameter) bool { return p.word == k.word+suffix })
		if text := k.of(s); !varies && text != k.of(wire.Shape{}) {
			list = append(list, k.word+" "+text)
		}
	}
	return list
}

// bandwidth writes the bandwidth as its flag takes it, or names the trace.
func bandwidth(s wire.Shape) string {
	if !s.Trace.IsZero() {
		return s.Trace.String()
	}
	return s.Bandwidth.String()
}

// maxList is how long a list may be before only its beginning is shown.
const maxList = 120

// brief is the beginning of a list if it is long, and how many it has, and its checksum,
// which tells it from others.
func brief(text string, n int) string {
	if len(text) <= maxList {
		return text
	}
	return text[:strings.LastIndexByte(text[:maxList-20], ',')+1] + fmt.Sprintf(" ... (%d, %08x)", n, crc32.ChecksumIEEE([]byte(text)))
}

// numbers writes a list of numbers as its flag takes it.
func numbers(list []uint64) string {
	return brief(cmp.Or(quantity.FormatNumbers(list), none), len(list))
}

// listOf writes a list as its flag takes it.
func listOf[T any](list []T) string {
	if len(list) == 0 {
		return none
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = fmt.Sprint(v)
	}
	return brief(strings.Join(texts, ","), len(list))
}

// own writes a choice that may be left to the path.
func own[T int | string](choice T) string {
	var left T
	if choice == left {
		return theOwn
	}
	return fmt.Sprint(choice)
}

// after writes after how many stones something happens.
func after(n int) string {
	if n == 0 {
		return never
	}
	return strconv.Itoa(n)
}

func yesNo(b bool) string {
	if b {
		return yes
	}
	return no
}

// seeds writes the seeds of the results, each once.
func seeds(combinations []combination) string {
	var numbers []uint64
	for _, c := range combinations {
		for _, r := range c.results {
			numbers = append(numbers, r.Experiment.Seed)
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	first, last := numbers[0], numbers[len(numbers)-1]
	if n := uint64(len(numbers)); n > 2 && last-first == n-1 {
		return seedRange(first, last)
	}
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(texts, ", ")
}
