package picture

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/prose"
)

// All words that people read are in this file, so that another language can
// stand beside it.

// Names in legends.
const (
	tcpName       = "TCP"
	udpName       = "UDP"
	lostName      = "lost"
	dueName       = "due"
	leavingName   = "waits to leave"
	repeatingName = "thrown again"
	waitingName   = "waits for an earlier one"
	neverName     = "the rest never comes"
	someLostName  = "some lost"
	windowName    = "congestion window"
	thresholdName = "slow start threshold"
	roundTripName = "round-trip time"
	queueName     = "before and on the link"
	markedName    = "marked (ECN)"
	bothName      = "both"
	severalName   = "several"
	bandName      = "least to most of the runs"
)

// Titles and labels.
const (
	stonesTitle    = "When each stone came"
	delayTitle     = "How many came within which time"
	windowTitle    = "What TCP allowed itself"
	intervalTitle  = "What came in each interval, and how late"
	overheardTitle = "What somebody on the way sees"
	shareTitle     = "What came over each flow in each interval"
	photoTitle     = "What came of the picture"
	ladderTitle    = "Who sent what, and when"
	notesTitle     = "What the protocols noted"

	numberLabel      = "stone"
	sinceAxis        = "since the thrower began"
	runAxis          = "since the first flow began"
	queueLabel       = "packets"
	delayLabel       = "delay since the stone was due"
	logSuffix        = ", logarithmic"
	shareLabel       = "% of the stones thrown"
	windowLabel      = "packets"
	tripLabel        = "round trip"
	goodputLabel     = "goodput"
	notesLabel       = "noted"
	medianLabel      = "median delay"
	millisecondsUnit = " (ms)"
	secondsUnit      = " (s)"
)

// Why there is nothing to draw.
const (
	noStones    = "No stone was thrown, or nobody kept what became of each."
	noneCame    = "No stone came, or nobody kept what became of each."
	noSamples   = "Nobody kept TCP's state: the paths sim, netns and host do, and only for TCP."
	noneDue     = "No stone was due in this time, or nobody kept what became of each."
	noneThen    = "Nobody kept TCP's state in this time."
	noFigures   = "This figure is not known of any of these experiments."
	noIntervals = "Nobody kept intervals: --interval does, e.g. --interval 500ms."
	noneHeard   = "Nobody listened: --overhear does."
	noPicture   = "No picture was thrown: --file pebbles throws one, and --file NAME --tiles."
	noPixels    = "The pixels are not kept with a result: give the file again, with --file."
	noNotes     = "No protocol noted anything: those of --with do, with Note or note."
	noPackets   = "Nobody kept the packets: the paths sim and netns do."
)

// closerTitle is the title of a panel that shows only some stones.
func closerTitle(name string, from, to int) string {
	return fmt.Sprintf("%s, stones %d to %d", name, from, to)
}

// sweepTitle is the title of the picture of a sweep.
func sweepTitle(label, setting string) string { return "What --" + setting + " does to: " + label }

// settingLabel is the name of the axis with a setting's values.
func settingLabel(setting string) string { return "--" + setting }

// sweepSays gives the range of each transport in the picture of a sweep.
func sweepSays(s Sweep) string {
	var parts []string
	for _, one := range s.sides() {
		least, most, gone := math.Inf(1), math.Inf(-1), false
		for _, runs := range one.runs {
			for _, v := range runs {
				if math.IsInf(v, 1) {
					gone = true
					continue
				}
				least, most = min(least, v), max(most, v)
			}
		}
		switch {
		case least > most && gone:
			parts = append(parts, one.name+": lost everywhere.")
		case least > most:
		case gone:
			parts = append(parts, fmt.Sprintf("%s: %s to %s, and lost beyond.", one.name, s.amount(least), s.amount(most)))
		default:
			parts = append(parts, fmt.Sprintf("%s: %s to %s.", one.name, s.amount(least), s.amount(most)))
		}
	}
	return strings.Join(parts, " ")
}

// amount is a value of the figure with its unit.
func (s Sweep) amount(v float64) string {
	switch s.Unit {
	case "ms":
		return milliseconds(v)
	case "bit/s":
		return bitRate(v)
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// nameOf is a flow's name, or its transport in capitals if it has no other name.
func nameOf(x lab.Outcome) string {
	if x.Name == x.Transport || x.Name == "" {
		return strings.ToUpper(x.Transport)
	}
	return x.Name
}

// shareSays says what share each flow had while all of them ran.
func shareSays(r lab.Result) string {
	var lines []string
	for i, while := range []string{"Of what came while all ran", "Of what came the other way"} {
		var parts []string
		jain := 0.0
		for _, x := range r.Flows {
			if reversed(r, &x) == (i > 0) && x.Shared != nil && x.Shared.Share.Known() {
				parts = append(parts, fmt.Sprintf("%s %s", nameOf(x), percent(int(1e6*x.Shared.Share.Value), 1e6)))
				jain = x.Shared.Jain.Value
			}
		}
		if len(parts) < 2 {
			continue
		}
		line := while + ", " + strings.Join(parts[:min(len(parts), maxShares)], ", ")
		if more := len(parts) - maxShares; more > 0 {
			line += fmt.Sprintf(" and %d others", more)
		}
		lines = append(lines, fmt.Sprintf("%s: Jain's index %.3f.", line, jain))
	}
	return strings.Join(lines, " ")
}

// intervalSays says what the picture of the intervals shows.
func intervalSays(list []side) string {
	var parts []string
	for _, s := range list {
		least, most, gone := math.Inf(1), 0.0, 0
		for _, i := range s.flow.Intervals {
			if i.Goodput.Known() {
				least, most = min(least, i.Goodput.Value), max(most, i.Goodput.Value)
			}
			if i.Lost > 0 {
				gone++
			}
		}
		if least > most {
			continue
		}
		text := fmt.Sprintf("Over %s %s to %s came", s.name, bitRate(least), bitRate(most))
		if gone > 0 {
			text += fmt.Sprintf(", and stones were lost in %s", prose.Plural(gone, "interval"))
		}
		parts = append(parts, text+".")
	}
	return strings.Join(parts, " ")
}

// unshownSays adds to what a picture says how many of the flows it leaves out.
func unshownSays(says string, shown, all int) string {
	if shown < all {
		says += fmt.Sprintf(" Not shown: %d of %d flows.", all-shown, all)
	}
	return strings.TrimSpace(says)
}

// stonesSays says what the picture of the stones shows: UDP's holes, and then what the
// others did about theirs.
func stonesSays(list []side) string {
	var before, behind []string
	for _, s := range list {
		if s.flow.Transport == lab.UDP {
			before = append(before, holesSays(s.flow))
		} else {
			behind = append(behind, waitsSays(s.name, s.flow))
		}
	}
	return strings.Join(append(before, behind...), " ")
}

// holesSays says how many stones UDP lost.
func holesSays(udp *lab.Outcome) string {
	switch {
	case udp.Thrown == 0:
		return "UDP threw nothing."
	case udp.Lost == 0:
		return "UDP left no hole."
	}
	return fmt.Sprintf("UDP left %s and went on.", prose.Plural(udp.Lost, "hole"))
}

// waitsSays says what became of the stones of a transport that retransmits.
func waitsSays(name string, x *lab.Outcome) string {
	switch {
	case x.Thrown == 0:
		return name + " threw nothing."
	case x.Delivered < x.Thrown:
		return fmt.Sprintf("%s brought %d of %s.", name, x.Delivered, prose.Plural(x.Thrown, "stone"))
	case x.HeldUp == 0:
		return name + " left no hole, and held up no stone."
	}
	return fmt.Sprintf("%s left no hole, but held up %d of %s, the worst by %s.",
		name, x.HeldUp, prose.Plural(x.Delivered, "stone"), milliseconds(x.Delay.Max.Value-x.Delay.Min.Value))
}

// delaySays says what the picture of the delays shows.
func delaySays(list []side) string {
	var text string
	for _, s := range list {
		name, x := s.name, s.flow
		if text != "" {
			text += " "
		}
		switch {
		case x.Delivered == 0:
			text += fmt.Sprintf("Over %s nothing came.", name)
			continue
		case x.Delay.P50.Known():
			text += fmt.Sprintf("Over %s half of the stones came within %s", name, milliseconds(x.Delay.P50.Value))
		default:
			text += fmt.Sprintf("Over %s less than half of the stones came", name)
		}
		if never := x.Thrown - x.Delivered; never > 0 {
			text += fmt.Sprintf(", and %d of %d never: the curve stops at %s.", never, x.Thrown, percent(x.Delivered, x.Thrown))
		} else {
			text += fmt.Sprintf(", and all of them within %s.", milliseconds(x.Delay.Max.Value))
		}
	}
	return text
}

// notesSays gives the range of each figure that protocols noted.
func notesSays(noted []noted) string {
	var parts []string
	for _, n := range noted {
		parts = append(parts, fmt.Sprintf("%s noted %s from %s to %s, at last %s.",
			n.who, n.name, amount(n.least), amount(n.most), amount(n.points[len(n.points)-1].y)))
	}
	return strings.Join(parts, " ")
}

// catcherNoted is the name of the curve of a catcher's notes.
func catcherNoted(flow string) string { return flow + " (catcher)" }

// amount is a figure whose unit is not known.
func amount(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// windowSays says what the picture of the window shows. Between two samples the
// window may have shrunk and grown again.
func windowSays(samples []lab.Sample) string {
	least, most, cuts := samples[0].Cwnd, samples[0].Cwnd, 0
	short, long := math.Inf(1), math.Inf(-1)
	falling := false
	for i, s := range samples {
		least, most = min(least, s.Cwnd), max(most, s.Cwnd)
		if s.RTT.Known() {
			short, long = min(short, s.RTT.Value), max(long, s.RTT.Value)
		}
		if i > 0 && s.Cwnd != samples[i-1].Cwnd {
			if s.Cwnd < samples[i-1].Cwnd && !falling {
				cuts++
			}
			falling = s.Cwnd < samples[i-1].Cwnd
		}
	}
	var text string
	switch {
	case least == most:
		text = fmt.Sprintf("The window was always seen at %s", prose.Plural(least, "packet"))
	case cuts == 0:
		text = fmt.Sprintf("The window was never seen to shrink: it held %d to %s", least, prose.Plural(most, "packet"))
	default:
		text = fmt.Sprintf("TCP cut its window at least %s: it was seen to hold %d to %s", times(cuts), least, prose.Plural(most, "packet"))
	}
	if short > long {
		return text + "."
	}
	if milliseconds(short) == milliseconds(long) {
		return text + fmt.Sprintf("; TCP estimated the round trip at %s.", milliseconds(short))
	}
	return text + fmt.Sprintf("; TCP estimated the round trip at %s to %s.", milliseconds(short), milliseconds(long))
}

// times says how often.
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return strconv.Itoa(n) + " times"
}

// milliseconds is a time with at most one digit after the point.
func milliseconds(ms float64) string {
	return strconv.FormatFloat(math.Round(sane(ms)*10)/10, 'f', -1, 64) + " ms"
}

// percent is a share; it is 100% only if it is the whole.
func percent(part, whole int) string {
	share := math.Round(1000*float64(part)/float64(whole)) / 10
	if part < whole {
		share = min(share, 99.9)
	}
	return strconv.FormatFloat(share, 'f', -1, 64) + "%"
}

// Words of the ladder.
const (
	throwerName  = "thrower"
	catcherName  = "catcher"
	ladderTime   = "time"
	ladderLegend = "ms when sent and when it came, x lost"
	againWord    = " again"
	againName    = "thrown again"
	goneName     = "did not arrive"
	moreName     = "and more"
)

// stonesLabel names the stones in a packet.
func stonesLabel(first, last uint64, again bool) string {
	text := "stone " + strconv.FormatUint(first, 10)
	if last > first {
		text = fmt.Sprintf("stones %d-%d", first, last)
	}
	if again {
		text += againWord
	}
	return text
}

// groupLabel names packets that follow one another closely.
func groupLabel(group []packet) string {
	const most = 5 // more are not named
	var parts []string
	for i := 0; i < len(group); {
		run := group[i]
		n := 1
		for ; i+n < len(group) && run.continues(group[i+n]); n++ {
			run.last = group[i+n].last
		}
		i += n
		text := run.label()
		if run.first == 0 && n > 1 {
			text = fmt.Sprintf("%d x %s", n, text)
		}
		if len(parts) == most-1 && i < len(group) {
			return strings.Join(append(parts, moreName), ", ")
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// continues reports whether q can be named together with p, which it follows.
func (p packet) continues(q packet) bool {
	if p.again != q.again || p.note != q.note || (p.first == 0) != (q.first == 0) {
		return false
	}
	if p.first == 0 {
		return p.what == q.what
	}
	return q.first == p.last || q.first == p.last+1
}

// restSays says how many packets are not shown.
func restSays(before, more int) string {
	switch {
	case before == 0 && more == 0:
		return ""
	case before == 0:
		return fmt.Sprintf("%s not shown.", prose.Plural(more, "more packet"))
	}
	return fmt.Sprintf("%s before these not shown, and %d more.", prose.Plural(before, "packet"), more)
}

// ladderSays says what the ladder shows, of which it may be a part only.
func ladderSays(rails []rail) string {
	var begins, ends []string
	for _, r := range rails {
		if len(r.packets) == 0 {
			continue
		}
		begins = append(begins, beginSays(r))
		again, gone := 0, 0
		for _, p := range r.packets {
			if p.again {
				again++
			}
			if !p.arrived {
				gone++
			}
		}
		text := fmt.Sprintf("of %s's %s ", r.name, prose.Plural(len(r.packets), "packet"))
		if gone == 0 {
			text += "all arrived"
		} else {
			text += fmt.Sprintf("%d did not arrive", gone)
		}
		if again > 0 || gone > 0 {
			text += fmt.Sprintf(", and %s thrown again", nobodyWas(again))
		}
		ends = append(ends, text)
	}
	if begins == nil {
		return ""
	}
	return strings.Join(begins, "; ") + "." + sentence(ends)
}

// beginSays says when the first stone left.
func beginSays(r rail) string {
	at := slices.IndexFunc(r.packets, func(p packet) bool { return p.first > 0 })
	switch {
	case at < 0:
		return r.name + " threw no stone"
	case at == 0 && milliseconds(r.packets[0].sent) == milliseconds(0):
		return r.name + "'s first stone left at once"
	case at == 0:
		return fmt.Sprintf("%s's first stone left after %s", r.name, milliseconds(r.packets[0].sent))
	}
	return fmt.Sprintf("%s's first stone left after %s and %s without one", r.name, milliseconds(r.packets[at].sent), prose.Plural(at, "packet"))
}

// nobodyWas is a number of packets with its verb.
func nobodyWas(n int) string {
	switch n {
	case 0:
		return "none was"
	case 1:
		return "1 was"
	}
	return strconv.Itoa(n) + " were"
}

// sentence joins clauses.
func sentence(clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	text := strings.Join(clauses, "; ")
	return " " + strings.ToUpper(text[:1]) + text[1:] + "."
}

// fateNotes say what happened to a packet that arrived.
var fateNotes = map[lab.Fate]string{
	lab.PacketDamaged:      "damaged",
	lab.PacketReceiverDrop: "no room",
	lab.PacketNobody:       "nobody there",
}

// whatLabel says what a packet is. Of a protocol of one's own only the number of bytes
// is known.
func whatLabel(p lab.Packet, own bool) string {
	switch {
	case p.Offset > 0:
		return "next piece"
	case p.Protocol == lab.UDP && p.More:
		return "piece"
	case own:
		return fmt.Sprintf("%d B", p.Data)
	case p.Protocol != lab.TCP:
		return strings.ToUpper(p.Protocol)
	case strings.Contains(p.Flags, "FIN"):
		return "FIN"
	case strings.Contains(p.Flags, "RST"):
		return "RST"
	case strings.HasPrefix(p.Flags, "PSH ACK"):
		return "data"
	}
	return p.Flags
}

// bitRate is a rate in bits a second, with its unit.
func bitRate(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2f Mbit/s", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.1f kbit/s", v/1e3)
	}
	return fmt.Sprintf("%.0f bit/s", v)
}

// Words of the picture of a photo.
const (
	thrownLabel   = "thrown"
	ownName       = "other"
	legendOfPhoto = "   [/ not there, or not yet]"
	greySays      = "Grey: not there, or not yet."
)

// untilLabel is the label of a photo on its way.
func untilLabel(flow string, ms float64) string {
	if ms < 100 {
		return shortName(flow) + ", " + milliseconds(ms)
	}
	return fmt.Sprintf("%s, %.2f s", shortName(flow), ms/1000)
}

// endLabel is the label of a photo at the end.
func endLabel(flow string) string { return shortName(flow) + ", at the end" }

// flowName is a flow's name as it is shown.
func flowName(flow string) string {
	name := prose.Safe(flow)
	if name == lab.TCP || name == lab.UDP {
		name = strings.ToUpper(name)
	}
	return name
}

// shortName is a flow's name where there is little room.
func shortName(flow string) string {
	if name := flowName(flow); len(name) < 8 {
		return name
	}
	return ownName
}

// gallerySays says how many tiles of a photo came over a flow.
func gallerySays(x *lab.Outcome, tiles int) string {
	last, came := 0.0, 0
	for _, s := range stonesOf(x) {
		if !s.lost {
			last, came = max(last, s.came), came+1
		}
	}
	what := fmt.Sprintf("%s: %d of %s came", flowName(x.Name), came, prose.Plural(tiles, "tile"))
	if came == tiles {
		what = fmt.Sprintf("%s: all %d tiles came", flowName(x.Name), tiles)
	}
	if came == 0 {
		return what + "."
	}
	return what + ", the last after " + milliseconds(last) + "."
}

// socketSays explains what is heard where packets are not seen.
const socketSays = "This is what the program gives to its sockets: nobody sees the packets."

// heardTitle is the title of what was heard.
func heardTitle(flow string, o lab.Overheard) string {
	what := "packet"
	if o.What == lab.HeardSocket {
		what = "through the socket"
	}
	text := fmt.Sprintf("%s %s, %s: %s", flowName(flow), what, milliseconds(sane(o.At.Value)), prose.Plural(o.Bytes, "byte"))
	if o.Data != o.Bytes {
		text += fmt.Sprintf(", %d of them data", o.Data)
	}
	return text
}

// moreBytes follows the beginning of what was heard.
func moreBytes(n int) string { return fmt.Sprintf("      and %s", prose.Plural(n, "byte")) }

// heardSays says whether anything of a flow can be read, and how many round trips
// connecting took.
func heardSays(x *lab.Outcome, legible bool) string {
	text := flowName(x.Name) + ": nothing of it can be read, only how much was said, and when."
	if legible {
		text = flowName(x.Name) + ": everybody on the way can read it."
	}
	if x.RTT != nil && x.RTT.Median.Known() && x.RTT.Median.Value >= 1 && x.Connect.Known() {
		text += fmt.Sprintf(" Its asking took %.1f round trips.", sane(x.Connect.Value)/x.RTT.Median.Value)
	}
	return text
}
