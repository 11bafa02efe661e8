package report

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report/glossary"
	"stones/lab/theory"
)

// All words that people read are in this file or in package glossary, so that
// another language can stand beside them. The keys are those of measures, and
// the rules' names.

// Short words.
const (
	yes      = "yes"
	no       = "no"
	none     = "none"
	theOwn   = "the path's own"
	notThere = "not thrown"

	onTimeWord  = "on time"
	caughtWord  = "caught"
	lateWord    = "late"
	unknownWord = "unknown"
	delayWord   = "delay p50 / p99"
	nothing     = "No results."

	measureWord    = "measure"
	transportWord  = "over"
	differenceWord = "difference"
	partialWord    = "partial"
	brokenWord     = "law broken"
	lostWord       = "lost"
	naWord         = "n/a"
	seedWord       = "seed"
	notDifferent   = "~"
	notMet         = "*"
)

// Words of intervals.
const (
	intervalWord    = "interval\ns"
	intervalCaption = "In each interval, from the beginning of each transport's own:"
)

// intervalLine explains how an interval counts.
var intervalLine = glossary.Short(glossary.Mark, "stretch")

// Words of two documents beside each other.
const (
	besideHead     = "B - A"
	besideInterval = "95% interval"
	tooFewWord     = "too few"
	infiniteWord   = "inf"
	besideLine     = "A, B: medians. B - A: the median of all differences (Hodges-Lehmann); ~ where its interval (Mann-Whitney) holds 0."
	besideFewLine  = "So few runs have no interval of 95%: what differs may be chance. Four of each are enough."
	besideNoneLine = "The two have no cell in common: nothing is compared."
)

// besideName is the name of a measure in a row that does not stand below its whole.
func besideName(key string) string { return strings.TrimPrefix(rowNames[key], "of these ") }

// sideLine says which document a letter stands for, and which of its parameters differ.
func sideLine(letter, name string, differs []string, runs int) string {
	line := fmt.Sprintf("%s: %s, %s a cell", letter, sideName(name), prose.Plural(runs, "run"))
	if len(differs) > 0 {
		line += ", with " + strings.Join(differs, ", ")
	}
	return line + "."
}

// aloneLine names a cell that the other side does not have.
func aloneLine(name, cell string) string {
	return fmt.Sprintf("only in %s: %s", sideName(name), cell)
}

// Words of theory.
const (
	theoryCaption = "Theory beside measurement:"
	theoryOfOne   = "Theory stands beside one experiment, not in the table of a sweep; csv and json have it."
	sigmaWord     = "sigma"
	insideBand    = "inside"
	outsideBand   = "outside"
	noCell        = "-"
)

// theoryLine explains the columns of theory.
var theoryLine = glossary.Short(glossary.Mark, "4-sigma")

// theoryHead names the columns of theory beside n measurements.
func theoryHead(n int) []string {
	measured := "measured"
	if n > 1 {
		measured = fmt.Sprintf("mean of\n%d runs", n)
	}
	return []string{measureWord, transportWord, measured, "theory", "4 sigma", "off"}
}

// boundWord marks an upper bound.
func boundWord(most string) string { return "at most " + most }

// signed writes how far something is off, to a tenth.
func signed(v float64) string {
	text := strconv.FormatFloat(v, 'f', 1, 64)
	switch text {
	case "0.0", "-0.0":
		return "0"
	}
	if v > 0 {
		return "+" + text
	}
	return text
}

// rowNames are the measures' names in a table of their own rows.
var rowNames = glossary.Shorts(glossary.Figure)

// rowName is the name of a row. It includes the limit, if there is one. Between two
// clocks a delay is only known above the least delay, which the name says too.
func rowName(key string, e *lab.Experiment) string {
	above := ""
	if e.Path == lab.Remote {
		above = aboveWord
	}
	switch {
	case key == "late":
		return fmt.Sprintf("%s (over %s%s)", rowNames[key], quantity.FormatDuration(e.Deadline), above)
	case strings.HasPrefix(key, "delay_"):
		return rowNames[key] + above
	}
	return rowNames[key]
}

// sharedName is the name of the row that two percentiles of the delay share.
func sharedName(e *lab.Experiment) string {
	if e.Path == lab.Remote {
		return delayWord + aboveWord
	}
	return delayWord
}

// aboveWord follows what is only known above the least delay.
const aboveWord = " above least"

// aboveLine explains that.
var aboveLine = glossary.Short(glossary.Mark, "above-least")

// farLine reports the round trip to the other end, and how long that waited for late
// stones.
func farLine(x *lab.Outcome) string {
	line := fmt.Sprintf("%s: round trip %s, median %s", title(x.Name),
		short(milliseconds.write(x.RTT.Min.Value)), short(milliseconds.write(x.RTT.Median.Value)))
	if x.Drained != nil {
		line += fmt.Sprintf("; the catcher waited %s for what might still come", short(milliseconds.write(x.Drained.Value)))
	}
	return line + "."
}

// withUnit adds the unit of a row or column to its name.
func withUnit(name, unit, between string) string {
	if unit == "" {
		return name
	}
	return name + between + unit
}

// byDesignWord marks a 0 that cannot be anything else.
func byDesignWord(zero string) string { return zero + " (by design)" }

// difference says that the larger one of two is so many times the other one.
func difference(flow string, times float64) string {
	switch {
	case math.IsInf(times, 1):
		return "only " + title(flow)
	case times >= 100:
		return title(flow) + " >100x"
	case times < 1.005:
		return title(flow) + " <1.01x"
	}
	return fmt.Sprintf("%s %sx", title(flow), short(human(times)))
}

// infinitelyMore says that only one of two percentiles is infinite.
func infinitelyMore(flow string) string { return title(flow) + " " + lostWord }

// title is a flow's name. The name of a transport, which may be followed by a number,
// is in capitals.
func title(flow string) string {
	for _, transport := range lab.TransportNames() {
		if rest, ok := strings.CutPrefix(flow, transport); ok && (rest == "" || rest[0] == '-') {
			return strings.ToUpper(transport) + rest
		}
	}
	return flow
}

// reversedWord follows the plan of a flow that the catcher's side throws.
const reversedWord = ", the other way (reverse)"

// planLine says what is thrown, with the rate in both units.
func planLine(p pace.Plan) string {
	line := fmt.Sprintf("%s of %d B, ", between{p.Count, p.Count}.stones(), p.Size)
	if p.Time > 0 {
		line = fmt.Sprintf("stones of %d B for %s, ", p.Size, quantity.FormatDuration(p.Time))
	}
	if p.Rate == pace.Max() {
		return line + "as fast as it goes"
	}
	rate := short(human(float64(p.Rate.Stones(p.Size)) / 1e6))
	thing := "stones/s"
	if rate == "1" {
		thing = "stone/s"
	}
	line += fmt.Sprintf("%s %s = %s", rate, thing, short(bitsASecond.write(float64(p.Rate.Bits(p.Size)))))
	if p.Pattern != (pace.Pattern{}) {
		line += ", " + p.Pattern.String()
	}
	return line
}

// fileWord names a file, with a checksum that distinguishes it from others of that
// name.
func fileWord(f lab.File) string {
	if !f.Is() {
		return ""
	}
	return f.Name + " " + shortSum(f.SHA256)
}

// fileLine says what the stones carry.
func fileLine(f lab.File) string {
	if f.IsPicture() {
		return fmt.Sprintf("they carry %s, %d x %d pixels in tiles, SHA-256 %s", f.Name, f.Width, f.Height, shortSum(f.SHA256))
	}
	return fmt.Sprintf("they carry %s, %s, SHA-256 %s", f.Name, prose.Plural(f.Bytes, "byte"), shortSum(f.SHA256))
}

// sayLine says what text the stones carry.
func sayLine(text string) string { return "they say: " + text }

// caughtLine says how much of the file arrived over a flow.
func caughtLine(name string, c *lab.Caught) string {
	if c.Equal {
		return fmt.Sprintf("%s caught the file whole: the SHA-256 is equal.", title(name))
	}
	return fmt.Sprintf("%s caught %d of the file's %s, with %s: the SHA-256 is not equal.",
		title(name), c.Bytes, prose.Plural(c.Of, "byte"), prose.Plural(c.Holes, "hole"))
}

// shortSum is the beginning of a SHA-256, which JSON has in full.
func shortSum(hex string) string { return hex[:min(len(hex), 12)] + "..." }

// placeLine names the path and the seeds.
func placeLine(e *lab.Experiment, seeds string, runs int) string {
	line := "path " + e.Path
	switch {
	case e.Path == lab.Remote && e.Reverse:
		line += " from " + e.To
	case e.Path == lab.Remote:
		line += " to " + e.To
	}
	if e.TLS {
		line += ", TLS"
	}
	if e.IPv6 {
		line += ", IPv6"
	}
	if e.Together {
		line += ", both together"
	}
	if runs > 1 {
		return fmt.Sprintf("%s, %d runs, seeds %s", line, runs, seeds)
	}
	return line + ", " + seedWord + " " + seeds
}

// wireLine describes the wire: what both directions share, and what they do not.
func wireLine(both, out, back []string) string {
	var parts []string
	for _, way := range []struct {
		name  string
		knobs []string
	}{{"each way", both}, {"out", out}, {"back", back}} {
		if len(way.knobs) > 0 {
			parts = append(parts, way.name+": "+strings.Join(way.knobs, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// stackLine says how TCP is configured.
func stackLine(s path.Stack) string {
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"", strings.TrimSpace(s.Name + " " + shortVersion(s.Version))},
		{"", s.Congestion},
		{"SACK ", s.SACK},
		{"recovery ", s.Recovery},
		{"Nagle ", s.Nagle},
		{"delayed ACK ", s.DelayedACK},
		{"ECN ", s.ECN},
		{"initial window ", unlessZero(s.InitialWindow)},
		{"tick ", unlessZero(s.Tick)},
		{"", buffers(s)},
	} {
		if part.value != "" {
			parts = append(parts, part.name+part.value)
		}
	}
	return "TCP: " + strings.Join(parts, ", ")
}

// unlessZero is v in words, or "" for the zero value.
func unlessZero[T comparable](v T) string {
	if v == *new(T) {
		return ""
	}
	return fmt.Sprint(v)
}

func buffers(s path.Stack) string {
	switch {
	case s.SendBuffer == 0 && s.RecvBuffer == 0:
		return "buffers as the system has them"
	case s.SendBuffer == s.RecvBuffer:
		return "buffers " + bytes(s.SendBuffer)
	}
	return fmt.Sprintf("buffers %s to send, %s to receive", bytes(s.SendBuffer), bytes(s.RecvBuffer))
}

// commonLine names what all rows of a sweep have in common.
func commonLine(settings []string) string {
	return "All with " + strings.Join(settings, ", ") + "."
}

// runsLine explains the cells of several runs.
func runsLine(n int) string {
	return fmt.Sprintf("Each cell: the median of %d runs (least-most).", n)
}

// sweepRunsLine is the same for a sweep, which has no room for all ranges.
func sweepRunsLine(n int) string {
	return fmt.Sprintf("Each cell: the median of %d runs; delivered, p99 and goodput with (least-most).", n)
}

// differenceLine explains the column of the differences, and how often n runs of each
// are apart by chance.
func differenceLine(n int) string {
	line := glossary.Short(glossary.Mark, notDifferent)
	if n < 4 {
		line += fmt.Sprintf(" With %d runs they lie apart by chance in %s of all cases.", n, percent(apartByChance(n), 1))
	}
	return line
}

// apartByChance is how often all of n draws are below or above all of n others
// if there is no difference: 2 / (2n choose n).
func apartByChance(n int) float64 {
	chance := 2.0
	for i := 1; i <= n; i++ {
		chance *= float64(i) / float64(n+i)
	}
	return chance
}

// designLine explains the zeros of TCP in a sweep.
var designLine = glossary.Short(glossary.Mark, "by-design")

// infiniteLine explains an infinite percentile.
var infiniteLine = glossary.Short(glossary.Mark, "infinite")

// rateLine explains the mark of a rate that was not met.
var rateLine = glossary.Short(glossary.Mark, notMet)

// partialLine says why a flow is not complete.
func partialLine(where, flow, why string) string {
	if why == "" {
		why = "the reason is not known"
	}
	return fmt.Sprintf("%s%s is partial: %s", where, title(flow), why)
}

// brokenLine says which law a flow breaks.
func brokenLine(where, flow, law string) string {
	return fmt.Sprintf("%s%s breaks a law, do not trust its figures: %s", where, title(flow), law)
}

// seedRange is several consecutive seeds.
func seedRange(first, last uint64) string { return fmt.Sprintf("%d to %d", first, last) }

// place says which of several flows a line is about.
func place(settings []string) string {
	if len(settings) == 0 {
		return ""
	}
	return strings.Join(settings, ", ") + ": "
}

// footnote is the reason why a figure is missing.
func footnote(n int, why string) string { return fmt.Sprintf("[%d] %s", n, why) }

// andMore says that a line stands for others as well.
func andMore(line string, n int) string {
	switch n {
	case 0:
		return line
	case 1:
		return line + " (and 1 more like this)"
	}
	return fmt.Sprintf("%s (and %d more like this)", line, n)
}

// A story is what happened to the stones of one transport, in one run or in
// several.
type story struct {
	flow, unit                                        string // unit is what it throws again
	planned, thrown, delivered, lost, unknown         between
	heldUp, reordered, duplicated, dropped, sentAgain between
	notThrown                                         between
	causes                                            []string // why not
	worst                                             float64  // ms by which a stone was held up
}

// A between is the least and the most of a count.
type between struct{ least, most int }

func (b between) String() string {
	if b.least == b.most {
		return fmt.Sprint(b.most)
	}
	return fmt.Sprintf("%d to %d", b.least, b.most)
}

// stones is b with the word stone or stones.
func (b between) stones() string { return b.of("stone") }

// of is b with the name of the thing counted.
func (b between) of(thing string) string {
	return b.String() + " " + prose.Thing(max(b.least, b.most), thing)
}

// String tells the story in a sentence. It says nothing that the counts do not.
func (s story) String() string {
	if s.thrown.most == 0 {
		return fmt.Sprintf("%s threw none of %s.", title(s.flow), s.planned.stones())
	}
	var did []string
	add := func(happened bool, format string, args ...any) {
		if happened {
			did = append(did, fmt.Sprintf(format, args...))
		}
	}
	all := s.lost.most == 0 && s.unknown.most == 0
	only := ""
	if s.thrown != s.planned {
		only = " it threw"
	}
	every := "all " + s.thrown.stones()
	if s.thrown == (between{1, 1}) {
		every = "its one stone"
	}
	add(all, "delivered %s%s", every, only)
	add(s.lost.most > 0 && s.delivered.most == 0 && s.unknown.most == 0, "lost %s%s", every, only)
	add(s.lost.most > 0 && s.delivered.most+s.unknown.most > 0, "lost %v of %s%s", s.lost, s.thrown.stones(), only)
	add(s.unknown.most > 0, "does not know what became of %v", s.unknown)
	add(s.notThrown.most > 0, "could not throw %v (%s)", s.notThrown, strings.Join(s.causes, ", "))
	add(s.dropped.most > 0, "dropped %v at the catcher's full socket buffer", s.dropped)
	add(s.sentAgain.most > 0, "threw %v again", s.sentAgain.of(s.unit))
	add(s.reordered.most > 0, "caught %v out of order", s.reordered)
	add(s.duplicated.most > 0, "caught %v copies", s.duplicated)
	add(s.heldUp.most > 0, "held up %v, the worst by %s", s.heldUp, short(milliseconds.write(s.worst)))
	add(s.heldUp.most == 0 && s.delivered.most > 1, "held none up")
	return fmt.Sprintf("%s %s.", title(s.flow), join(did))
}

// join joins clauses into one enumeration.
func join(clauses []string) string {
	last := len(clauses) - 1
	if last < 1 {
		return strings.Join(clauses, "")
	}
	return strings.Join(clauses[:last], ", ") + " and " + clauses[last]
}

// warning is the line of a warning.
func warning(w lab.Warning) string {
	sentence, ok := sentences[w.Rule]
	if !ok {
		return fmt.Sprintf("warning: %s: %s, allowed %s", w.Rule, short(human(w.Value)), short(human(w.Limit)))
	}
	return "warning: " + sentence(w, short(human(w.Value)), short(human(w.Limit)))
}

// limits are the words for what kept the asked rate from being met.
var limits = map[lab.Limit]string{lab.LimitSender: "the thrower", lab.LimitReceiver: "the catcher", lab.LimitTCP: "TCP itself"}

// sentences holds the sentence of each rule, made from what is measured and what is
// allowed.
var sentences = map[string]func(w lab.Warning, value, limit string) string{
	advice.RuleStartUp: func(_ lab.Warning, value, limit string) string {
		return fmt.Sprintf("TCP begins with %s packets a round trip; here are %s, so the first wait", limit, value)
	},
	advice.RuleSustain: func(_ lab.Warning, value, limit string) string {
		return fmt.Sprintf("TCP cannot hold %s packets/s at this loss and delay, only about %s", value, limit)
	},
	advice.RuleLinux: func(w lab.Warning, value, _ string) string {
		return fmt.Sprintf("on such a road %s had %s times the goodput of Linux; see --path netns", title(w.Flow), value)
	},
	advice.RuleUnmarked: func(_ lab.Warning, _, _ string) string {
		return "TCP asks for marks, and no queue on the way out marks anything"
	},
	advice.RuleFragments: func(_ lab.Warning, _, limit string) string {
		return fmt.Sprintf("UDP stones over %s B travel in pieces, and one lost piece loses all", limit)
	},
	advice.RuleNoise: func(w lab.Warning, value, _ string) string {
		least, most := theory.Binomial(int(w.Of), w.Value/w.Of)
		if least == most {
			return fmt.Sprintf("--%s hits %d of %s: too few to tell a share from another", w.Word, most, many(int(w.Of), "packet"))
		}
		return fmt.Sprintf("--%s hits about %s packets, by chance %d to %d: noise", w.Word, value, least, most)
	},
	advice.RuleApart: func(w lab.Warning, value, limit string) string {
		return fmt.Sprintf("--%s: none is overtaken, that takes %s ms; they are %s ms apart", w.Word, limit, value)
	},
	advice.RuleNoSuch: func(w lab.Warning, value, limit string) string {
		thing := "stone"
		if strings.Contains(w.Word, "drop-packets") {
			thing = "packet"
		}
		return fmt.Sprintf("--%s names %s %s, and the last one is %s", w.Word, thing, value, limit)
	},
	advice.RuleEarly: func(w lab.Warning, _, _ string) string {
		return fmt.Sprintf("--%s %s%%: each passes those before it, so %s%% come reordered",
			w.Word, short(human(100*w.Limit)), short(human(100*w.Value)))
	},
	advice.RuleOverload: func(w lab.Warning, _, _ string) string {
		return fmt.Sprintf("%s throws %s, headers included; the wire carries %s",
			title(w.Flow), short(bitsASecond.write(w.Value)), short(bitsASecond.write(w.Limit)))
	},
	advice.RuleQueue: func(w lab.Warning, _, _ string) string {
		way := strings.TrimPrefix(w.Word, "queue")
		return fmt.Sprintf("--%s has no effect without --bandwidth%s: nothing has to wait", w.Word, way)
	},
	advice.RuleHost: func(lab.Warning, string, string) string {
		return "loopback loses nothing by itself, only in a full socket buffer"
	},
	advice.RuleWindow: func(w lab.Warning, _, _ string) string {
		return fmt.Sprintf("--window %s: the system gave %s", bytes(int(w.Limit)), bytes(int(w.Value)))
	},
	advice.RuleWireLate: func(w lab.Warning, value, _ string) string {
		return fmt.Sprintf("a busy computer carried packets late, p99 %s ms: so are %s's delays", value, title(w.Flow))
	},
	advice.RuleNotInTime: func(w lab.Warning, value, _ string) string {
		return fmt.Sprintf("the schedule was not kept: %s stones left over 1 ms late over %s", value, title(w.Flow))
	},
	advice.RuleRate: func(w lab.Warning, value, limit string) string {
		return fmt.Sprintf("%s threw %s of %s stones/s: the limit was %s", title(w.Flow), value, limit, cmp.Or(limits[lab.Limit(w.Word)], w.Word))
	},
	advice.RuleReadable: func(lab.Warning, string, string) string {
		return "without --tls whoever is on the way can read all of this"
	},
	advice.RuleOverflow: func(w lab.Warning, value, _ string) string {
		return fmt.Sprintf("%s stones found %s's socket full: the catcher was the limit, not the path", value, title(w.Flow))
	},
}

// liveRow is the progress of a flow.
func liveRow(l lab.Live) string {
	row := fmt.Sprintf("%7.1f s  %s  ", l.At.Seconds(), title(l.Flow))
	switch {
	case l.Thrown < 0:
		return row + fmt.Sprintf("delivered %d", l.Delivered)
	case l.Delivered < 0:
		return row + fmt.Sprintf("thrown %d", l.Thrown)
	}
	return row + fmt.Sprintf("thrown %d, delivered %d", l.Thrown, l.Delivered)
}

// Words of the cross-check.
const (
	insideWord  = "ok"
	outsideWord = "OUT"
	noInterval  = "nothing is known of its time"
	ratioHead   = "ratio"
	ratioLine   = "ratio: the median beside that of netns; ~ stands where the ranges overlap."

	crosscheckLine = "The same experiments on sim and on netns: the same wire, the same seed."
	allowedLine    = "apart: netns less sim; allowed is so far either way, or from..to; 4s is 4 sigma of what chance decides."
)

// crosscheckHead names the columns of the cross-check.
var crosscheckHead = []string{"experiment", "over", "figure", "sim", "netns", "apart", "allowed", "so"}

// crosscheckNames are the measures' names in its rows.
var crosscheckNames = map[string]string{
	"connect_ms":        "connect",
	"done_ms":           "done",
	"delay_max_ms":      "max",
	"delay_p50_ms":      "p50",
	"wire_data_packets": "packets",
	"late":              "late",
	"lost":              "lost",
	"reordered":         "reordered",
}

// differences are the sentences of the known differences.
var differences = map[Difference]string{
	CoarseTimer: "Linux's timers are coarse: they may go off late by an eighth, and by some ms.",
}

// knownWord marks a difference whose reason is known.
func knownWord(n int) string { return fmt.Sprintf("[%d]", n) }

// sigmasWord is the range that chance allows.
func sigmasWord(most string) string { return most + " (4s)" }

// fromTo is a range.
func fromTo(least, most string) string { return least + ".." + most }

// againLine says that some experiments were run once more.
func againLine(n int) string {
	return fmt.Sprintf("%s: run again on netns for being outside at first; in real time, what else this computer does gets in the way.", between{n, n}.of("experiment"))
}

// insideLine sums up the cross-check.
func insideLine(n, outside int) string {
	if outside == 0 {
		return fmt.Sprintf("All %d figures are within what is allowed.", n)
	}
	return fmt.Sprintf("%d of %d figures are outside of what is allowed.", outside, n)
}

// goodputHead names the columns that identify a row of goodput.
var goodputHead = []string{"loss", "RTT"}

// head names the engine's column of goodput.
func (g engine) head() string {
	if g.recovery == "" {
		return g.path
	}
	return g.path + "\n" + g.recovery
}

// goodputLine explains the cells of goodput.
func goodputLine(time string, runs int) string {
	line := fmt.Sprintf("Each cell: the goodput of TCP within %s in Mbit/s", time)
	if runs > 1 {
		line += fmt.Sprintf(", the median of %d runs (least-most)", runs)
	}
	return line + "."
}

// distanceLine says how near an engine is to netns over all rows.
func distanceLine(g engine, d distance) string {
	return fmt.Sprintf("%s %s: off by a factor of %.2f over %s (geometric mean; at most %.2f); the logarithms of the ratios add up to %.2f.",
		g.path, g.recovery, math.Exp(d.sum/float64(d.n)), between{d.n, d.n}.of("row"), math.Exp(d.most), d.sum)
}
