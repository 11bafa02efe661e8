package lab

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/stone"
	"stones/lab/wire"
)

// Limits of what an experiment may ask for. What is outside of them is refused
// and never lowered.
const (
	MaxCount = 100_000_000
	MinTime  = 100 * time.Millisecond
	MaxTime  = time.Hour

	MinSize = stone.HeaderLen
	MaxSize = stone.MaxSize // over TCP; see [MaxUDPSize]

	MaxDelay = time.Minute

	MinMTU   = 576  // what every computer must be able to receive (RFC 791 section 3.1)
	MinMTUv6 = 1280 // what every link must carry (RFC 8200 section 5)

	MinInterval  = 10 * time.Millisecond
	MaxInterval  = time.Hour
	MaxIntervals = 10_000 // of one flow; what comes after them is in the last one

	MaxDeadline = time.Hour
	MaxGiveUp   = 24 * time.Hour

	MaxAtOnce = 200_000 // packets on the way at the same moment, where nothing else limits them
	inTheAir  = 830     // bytes of memory that each takes

	MinReadSize = stone.HeaderLen // what tells where a stone ends must fit
	MaxReadSize = 1 << 20

	MinBuffer = 4096
	MaxBuffer = 1 << 30
)

// MaxFarGiveUp is the longest GiveUp on the path remote: the other end forgets
// a flow 15 s after its planned end, and has to be asked for its report
// before that.
const MaxFarGiveUp = 10 * time.Second

// TagSize is how many bytes the path remote adds to a UDP stone, so that the
// catcher can tell it from a stranger's.
const TagSize = 8

// Names of the paths, as they stand in experiments.
const (
	Sim   = "sim"   // emulated: the ends, the wire and the time
	Host  = "host"  // this computer's loopback
	Netns = "netns" // an emulated wire between two network namespaces of this computer

	Remote = "remote" // another computer, and whatever lies on the way
)

// Validate returns an error wrapping [quantity.InvalidError] for the first setting in e
// that is invalid.
func (e Experiment) Validate() error {
	for _, check := range []func(Experiment) error{
		Experiment.validatePath,
		Experiment.validateNeeds,
		Experiment.validateRemote,
		Experiment.validateEnds,
		Experiment.validateFile,
		Experiment.validateSay,
		Experiment.validateFlows,
		Experiment.validateWays,
	} {
		if err := check(e); err != nil {
			return err
		}
	}
	return nil
}

func (e Experiment) validatePath() error {
	switch {
	case !AnyPath.Met(e.Path):
		return quantity.Invalid("path", e.Path, "allowed "+strings.Join(met[AnyPath], ", "))
	case e.Counters && e.Path == Netns && len(slices.Collect(e.Over(TCP))) > 1:
		return quantity.Invalid("counters", true, "the kernel counts all flows over TCP together; allowed with one of them, or on sim")
	case len(e.Flows) == 0:
		return quantity.Invalid("only", "", "neither TCP nor UDP is left to throw over")
	case len(e.Flows) > MaxFlows:
		return quantity.Invalid("flow", len(e.Flows), fmt.Sprintf("of them; allowed %d", MaxFlows))
	case e.Path == Netns && len(slices.Collect(e.Over(UDP))) > 1:
		return quantity.Invalid("path", e.Path, "carries one flow over UDP, and any number over TCP; only sim carries more")
	case (e.Path == Host || e.Path == Remote) && len(e.carriers()) < len(e.Flows):
		return quantity.Invalid("path", e.Path, "carries one flow over each transport; sim carries more, and netns more over TCP")
	case e.Together && len(e.Flows) < 2:
		return quantity.Invalid("together", true, "needs both TCP and UDP; leave out --only")
	}
	return nil
}

// validateRemote checks what only another computer needs, and what it cannot be
// asked for.
func (e Experiment) validateRemote() error {
	if e.Path != Remote {
		return nil
	}
	switch {
	case e.To == "":
		return quantity.Invalid("to", e.To, "needed on the path remote: where the catcher is, e.g. 192.0.2.7")
	case e.GiveUp > MaxFarGiveUp:
		return quantity.Invalid("give-up", e.GiveUp, quantity.OutOfRange(time.Duration(0), MaxFarGiveUp)+" on the path remote, where the other end waits no longer")
	}
	for _, f := range e.Flows {
		switch p := f.Plan; {
		case p.Rate == pace.Max():
			return quantity.Invalid("rate", p.Rate, "not on the path remote, where a plan has to say how long it takes; write a rate")
		case f.Is().Over != f.Transport:
			return quantity.Invalid("transport", f.Transport, "not on the path remote, whose catcher does not speak it")
		case f.Transport == UDP && p.Size > MaxUDPSize-TagSize && p.Size <= MaxUDPSize:
			return quantity.Invalid("size", p.Size, fmt.Sprintf("the largest UDP datagram carries %d and, on the path remote, a tag of %d; allowed %d to %d",
				MaxUDPSize-TagSize, TagSize, MinSize, MaxUDPSize-TagSize))
		}
	}
	return nil
}

func (e Experiment) validateEnds() error {
	switch {
	case e.Deadline < 0 || e.Deadline > MaxDeadline:
		return quantity.Invalid("deadline", e.Deadline, quantity.OutOfRange(time.Duration(0), MaxDeadline))
	case e.GiveUp < 0 || e.GiveUp > MaxGiveUp:
		return quantity.Invalid("give-up", e.GiveUp, quantity.OutOfRange(time.Duration(0), MaxGiveUp))
	case e.Interval != 0 && (e.Interval < MinInterval || e.Interval > MaxInterval):
		return quantity.Invalid("interval", e.Interval, quantity.OutOfRange(MinInterval, MaxInterval))
	case e.Asleep < 0 || e.Asleep > MaxTime:
		return quantity.Invalid("asleep", e.Asleep, quantity.OutOfRange(time.Duration(0), MaxTime))
	case e.Dies < 0 || e.Dies > MaxCount:
		return quantity.Invalid("catcher-dies", e.Dies, quantity.OutOfRange(1, MaxCount))
	case e.Answer && e.Nobody:
		return quantity.Invalid("answer", true, "nobody is there to answer, with --nobody")
	case e.Dies > 0 && e.Nobody:
		return quantity.Invalid("catcher-dies", e.Dies, "nobody is there to die, with --nobody")
	case e.ReadSize != 0 && (e.ReadSize < MinReadSize || e.ReadSize > MaxReadSize):
		return quantity.Invalid("read-size", e.ReadSize, quantity.OutOfRange(MinReadSize, MaxReadSize)+" bytes")
	case e.Buffer != 0 && (e.Buffer < MinBuffer || e.Buffer > MaxBuffer):
		return quantity.Invalid("window", e.Buffer, quantity.OutOfRange(MinBuffer, MaxBuffer)+" bytes")
	case e.Path == Sim && e.Congestion != "" && e.Congestion != path.CUBIC && e.Congestion != path.Reno:
		return quantity.Invalid("congestion", e.Congestion, "allowed on the path sim: cubic, reno")
	case e.Recovery != "" && e.Recovery != RecoveryRACK && e.Recovery != RecoverySACK:
		return quantity.Invalid("recovery", e.Recovery, "allowed rack, sack")
	case e.Recovery != "" && e.Tuning.SACK == Off:
		return quantity.Invalid("recovery", e.Recovery, "needs SACK; without it losses are found as NewReno does (RFC 6582)")
	case e.Tuning.UDPChecksum == Off && e.IPv6:
		return quantity.Invalid("udp-checksum", Off, "not over IPv6, where every datagram has one (RFC 8200 section 8.1)")
	}
	return e.Tuning.validate()
}

// validateFlows checks what is thrown.
func (e Experiment) validateFlows() error {
	names := make(map[string]bool)
	for _, f := range e.Flows {
		switch t := f.Is(); {
		case t.Name == "":
			return quantity.Invalid("transport", f.Transport, "allowed "+strings.Join(TransportNames(), ", "))
		case f.Transport == Own && !nameable(strings.NewReplacer(".", "", "_", "").Replace(f.Name)):
			return quantity.Invalid("with", f.Own, fmt.Sprintf("name %s: a flow's name is made of small letters, digits, dashes, dots and underscores, and begins with a letter; at most %d", prose.Quote(f.Name), maxName))
		case f.Transport != Own && !nameable(f.Name):
			return quantity.Invalid("name", f.Name, fmt.Sprintf("a flow's name is made of small letters, digits and dashes, and begins with a letter; at most %d", maxName))
		case names[f.Name]:
			return quantity.Invalid("name", f.Name, "another flow has that name")
		}
		names[f.Name] = true
		if err := e.validateFlow(f); err != nil {
			return err
		}
		err := e.Facing(&f).validatePlan(f.Is(), f.Plan)
		if wrong := new(quantity.InvalidError); errors.As(err, &wrong) && !e.alike(wrong.Word) {
			wrong.Word = f.Transport + "-" + wrong.Word
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// validateFlow checks what a flow has besides its plan.
func (e Experiment) validateFlow(f Flow) error {
	if f.Transport == Own || f.Own != "" {
		if err := e.validateOwn(f); err != nil {
			return err
		}
	}
	switch {
	case f.Reverse && e.Path == Host:
		return quantity.Invalid("flow", f.Name, "reverse has no meaning on the path host, where both ends are alike and no wire has two directions")
	case f.Reverse && e.Path == Remote:
		return quantity.Invalid("flow", f.Name, "on the path remote not reverse for one flow alone; --reverse has the other end throw all of them")
	case f.ExtraDelay < 0 || f.ExtraDelay > MaxDelay:
		return quantity.Invalid("extra-delay", f.ExtraDelay, quantity.OutOfRange(time.Duration(0), MaxDelay))
	case f.ExtraDelay > 0 && !AWire.Met(e.Path):
		return quantity.Invalid("extra-delay", f.ExtraDelay, "nothing is emulated on the path "+e.Path+"; no flow can have a longer way of its own")
	case f.Congestion != "" && f.Is().Over != TCP:
		return quantity.Invalid("congestion", f.Congestion, "a flow over "+strings.ToUpper(f.Transport)+" has none")
	case f.Congestion != "" && e.Path != Sim:
		return quantity.Invalid("congestion", f.Congestion, "only on the path sim can a flow have its own; --congestion sets that of all")
	case f.Congestion != "" && f.Congestion != path.CUBIC && f.Congestion != path.Reno:
		return quantity.Invalid("congestion", f.Congestion, "allowed on the path sim: cubic, reno")
	case (len(f.DropPackets) > 0 || len(f.DropPacketsBack) > 0) && !AWire.Met(e.Path):
		return quantity.Invalid("path", e.Path, "nothing is emulated there; no flow can lose packets by their places")
	case f.Start != Start{} && e.Path == Remote:
		return quantity.Invalid("start", f.Start, "not on the path remote, where each flow begins when it is agreed on")
	}
	for _, list := range f.Listed() {
		word := f.Transport + "-" + list.Word
		switch places := *list.Places; {
		case len(places) > wire.MaxListed:
			return quantity.Invalid(word, len(places), fmt.Sprintf("of them; allowed %d", wire.MaxListed))
		case slices.Contains(places, 0):
			return quantity.Invalid(word, 0, "no such packet; the first is 1")
		}
	}
	return nil
}

// validateOwn checks what a flow of a protocol of one's own cannot have.
func (e Experiment) validateOwn(f Flow) error {
	switch {
	case f.Transport != Own:
		return quantity.Invalid("with", f.Own, "a flow over "+strings.ToUpper(f.Transport)+" has no protocol of its own")
	case f.Own == "":
		return quantity.Invalid("with", f.Own, "names no protocol")
	case e.Path == Remote:
		return quantity.Invalid("with", f.Own, "not on the path remote, whose catcher does not speak it")
	case f.Reverse:
		return quantity.Invalid("with", f.Own, "not with reverse: both of its ends send")
	case e.Nobody || e.Asleep > 0 || e.ReadSize > 0 || e.Dies > 0 || e.Answer:
		return quantity.Invalid("with", f.Own, "not with --nobody, --asleep, --read-size, --catcher-dies and --answer: it has a catcher of its own")
	case f.Plan.Rate == pace.Max() && f.Plan.Count == 0:
		return quantity.Invalid("rate", f.Plan.Rate, "needs --count instead of --time: nothing slows down who hands stones to a protocol")
	}
	return nil
}

// maxName is how long a flow's name may be.
const maxName = 32

// nameable reports whether a flow may have that name: it must be safe in words,
// files and columns.
func nameable(name string) bool {
	for i, r := range name {
		letter := 'a' <= r && r <= 'z'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

// alike reports whether the plans do not differ in what a word sets, so that
// the word needs no transport before it.
func (e Experiment) alike(word string) bool {
	same := func(of func(pace.Plan) any) bool {
		return !slices.ContainsFunc(e.Flows, func(f Flow) bool { return of(f.Plan) != of(e.Flows[0].Plan) })
	}
	switch word {
	case "count":
		return same(func(p pace.Plan) any { return p.Count })
	case "time":
		return same(func(p pace.Plan) any { return p.Time })
	case "size":
		return same(func(p pace.Plan) any { return p.Size })
	case "rate":
		return same(func(p pace.Plan) any { return p.Rate })
	case "pattern":
		return same(func(p pace.Plan) any { return p.Pattern })
	}
	return true
}

func (e Experiment) validatePlan(t Transport, p pace.Plan) error {
	switch {
	case p.Count != 0 && p.Time != 0:
		return quantity.Invalid("time", p.Time, fmt.Sprintf("there is --count %d already; each says when to stop", p.Count))
	case p.Time == 0 && (p.Count < 1 || p.Count > MaxCount):
		return quantity.Invalid("count", p.Count, quantity.OutOfRange(1, MaxCount))
	case p.Count == 0 && (p.Time < MinTime || p.Time > MaxTime):
		return quantity.Invalid("time", p.Time, quantity.OutOfRange(MinTime, MaxTime))
	case p.Size < MinSize:
		return quantity.Invalid("size", p.Size, fmt.Sprintf("the least is %d, which a stone's header needs; allowed %d to %d", MinSize, MinSize, t.Largest))
	case t.Largest < MaxSize && p.Size > t.Largest:
		return quantity.Invalid("size", p.Size, fmt.Sprintf("the largest UDP datagram carries %d; allowed %d to %d", t.Largest, MinSize, t.Largest))
	case p.Size > MaxSize:
		return quantity.Invalid("size", p.Size, quantity.OutOfRange(MinSize, MaxSize))
	case !t.Again && e.Path == Sim && p.Rate == pace.Max() && !e.limited() && p.Count > MaxAtOnce:
		return quantity.Invalid("count", p.Count, fmt.Sprintf("all of them would be on the way at once, about %d MB of them; allowed %d at the rate max where neither --bandwidth nor --queue keeps any back",
			p.Count/1000*inTheAir/1000, MaxAtOnce))
	case !t.Again && e.Path == Sim && p.Rate == pace.Max() && p.Count == 0:
		return quantity.Invalid("rate", p.Rate, "needs --count instead of --time: nothing slows UDP down on the path sim, where throwing takes no time")
	}
	if err := p.Validate(); err != nil {
		return err
	}
	// Whether there is time for all of it is known only when the schedule is
	// made. That is quick without chance, which does not change it much.
	p.Pattern = pace.Pattern{}
	s, err := pace.NewSchedule(p, e.Seed)
	if err != nil {
		return err
	}
	if length := s.Length(); e.Interval > 0 && length/e.Interval >= MaxIntervals {
		return quantity.Invalid("interval", e.Interval, fmt.Sprintf("too many rows for %s of throwing; allowed %d", quantity.FormatDuration(length), MaxIntervals))
	}
	return nil
}

// limited reports whether the way out has a queue that loses what is too much.
func (e Experiment) limited() bool {
	return e.Out.Bandwidth+e.Out.Shaper.Rate > 0 && (e.Out.Queue.Packets > 0 || e.Out.Queue.Bytes > 0)
}

// validateWays checks the two directions of the wire.
func (e Experiment) validateWays() error {
	for _, way := range []struct {
		shape  wire.Shape
		suffix string
	}{
		{e.Out, ""},
		{e.Back, "-back"},
	} {
		if err := e.validateWay(way.shape); err != nil {
			wrong := new(quantity.InvalidError)
			if errors.As(err, &wrong) {
				wrong.Word += way.suffix
			}
			return err
		}
	}
	return nil
}

func (e Experiment) validateWay(s wire.Shape) error {
	least := MinMTU
	if e.IPv6 {
		least = MinMTUv6
	}
	switch {
	case !AWire.Met(e.Path) && !perfect(s):
		return quantity.Invalid("path", e.Path, "nothing is emulated there; there can be no loss, delay and the like")
	case s.Delay < 0 || s.Delay > MaxDelay:
		return quantity.Invalid("delay", s.Delay, quantity.OutOfRange(time.Duration(0), MaxDelay))
	case s.MTU != 0 && s.MTU < least:
		return quantity.Invalid("mtu", s.MTU, quantity.OutOfRange(least, wire.MaxMTU))
	}
	return s.Validate()
}

// perfect reports whether a wire of shape s does nothing to its packets.
func perfect(s wire.Shape) bool {
	if len(s.Drop) == 0 && len(s.Hold) == 0 {
		s.Drop, s.Hold = nil, nil
	}
	return reflect.DeepEqual(s, wire.Shape{})
}
