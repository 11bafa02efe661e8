package main

import (
	"time"

	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/wire"
)

// start returns the experiment that is run if no flag is given.
func start(path string) lab.Experiment {
	tcp := pace.Plan{Count: 1000, Size: 1000, Rate: pace.StonesPerSecond(200)}
	udp := tcp
	e := lab.Experiment{
		Path:     path,
		Seed:     1,
		TCP:      &tcp,
		UDP:      &udp,
		Deadline: 150 * time.Millisecond,
		GiveUp:   15 * time.Second,
	}
	if path == lab.Sim {
		e.GiveUp = time.Hour // of virtual time
		e.Back = wire.Shape{
			Delay:     20 * time.Millisecond,
			Bandwidth: 10 * wire.Mbit,
			Queue:     wire.Queue{Packets: 100},
			MTU:       1500,
		}
		e.Out = e.Back
		e.Out.Loss = wire.Loss{Random: 2 * wire.Percent}
		e.Out.Reorder = wire.Reorder{Share: wire.Percent}
	}
	return e
}

// A group is flags that belong together in the help.
type group struct {
	title string
	flags *pflag.FlagSet
	note  string
}

// A maker adds flags to a group.
type maker struct {
	*throw
	flags *pflag.FlagSet
}

// addFlags adds all flags to the command. The order within is that in which
// the knobs are turned: the first one changes slowest in a sweep.
func (t *throw) addFlags() []group {
	groups := []group{
		{title: "The stones", note: "Each of these also as --tcp-... and --udp-..., for one of the two."},
		{title: "What may happen to them on the way (--path sim)", note: "Each of these also as --...-back, for the way back. Without that, the way back has the same\n  delay, overtaking, bandwidth, queue and mtu, and nothing else happens there."},
		{title: "The two ends"},
		{title: "The catcher"},
		{title: "The experiment"},
		{title: "The result"},
	}
	for i, add := range []func(maker){stoneFlags, wayFlags, endFlags, catcherFlags, experimentFlags, resultFlags} {
		groups[i].flags = pflag.NewFlagSet("", pflag.ContinueOnError)
		groups[i].flags.SortFlags = false
		add(maker{throw: t, flags: groups[i].flags})
		groups[i].flags.VisitAll(onlyOnce)
		t.flags.AddFlagSet(groups[i].flags)
	}
	return groups
}

func stoneFlags(m maker) {
	planned(m, "rate", "b", "throw at `rate`: 200 or 200/s are stones a second, 1.6Mbit is bits of stone a second, max is as fast as it goes",
		text[pace.Rate], func(p *pace.Plan) *pace.Rate { return &p.Rate })
	planned(m, "count", "", "throw `n` stones",
		whole(1, lab.MaxCount), func(p *pace.Plan) *int { return &p.Count })
	planned(m, "time", "t", "throw for this `time`, instead of a count",
		during(lab.MinTime, lab.MaxTime), func(p *pace.Plan) *time.Duration { return &p.Time })
	planned(m, "size", "l", "throw stones of this many `bytes`",
		whole(lab.MinSize, lab.MaxSize), func(p *pace.Plan) *int { return &p.Size })
	planned(m, "pattern", "", "throw in this `pattern`: steady, which is the default, poisson, or burst:10",
		text[pace.Pattern], func(p *pace.Plan) *pace.Pattern { return &p.Pattern })
}

func wayFlags(m maker) {
	link(m, "delay", "carry every packet for this `time`",
		lab.ParseDuration, func(s *wire.Shape) *time.Duration { return &s.Delay })
	oneWay(m, "jitter", "vary the delay by up to this `time`; 5ms:normal takes it as standard deviation",
		text[wire.Jitter], func(s *wire.Shape) *wire.Jitter { return &s.Jitter })
	link(m, "overtake", "let jitter bring packets out of order",
		yes, func(s *wire.Shape) *bool { return &s.Overtake })
	oneWay(m, "loss", "lose this `share` of the packets; \"gemodel 1% 25%\" loses them in clumps",
		text[wire.Loss], func(s *wire.Shape) *wire.Loss { return &s.Loss })
	oneWay(m, "reorder", "hold this `share` back until 2 later packets have passed; 1%:5 until 5 have",
		text[wire.Reorder], func(s *wire.Shape) *wire.Reorder { return &s.Reorder })
	oneWay(m, "reorder-early", "let this `share` skip the delay, as netem does",
		text[wire.Share], func(s *wire.Shape) *wire.Share { return &s.ReorderEarly })
	oneWay(m, "duplicate", "copy this `share` of the packets",
		text[wire.Share], func(s *wire.Shape) *wire.Share { return &s.Duplicate })
	oneWay(m, "corrupt", "flip one bit of this `share` of the packets",
		text[wire.Share], func(s *wire.Shape) *wire.Share { return &s.Corrupt })
	exactly(m, "drop", "lose the first copies of exactly these `stones`: 50,60-69",
		numbers, func(s *wire.Shape) *[]uint64 { return &s.Drop })
	oneWay(m, "drop-every", "lose the first copy of every `n`-th stone",
		limited(1, lab.MaxCount), func(s *wire.Shape) *int { return &s.DropEvery })
	exactly(m, "drop-packets", "lose exactly these `packets`, whatever is in them; 1 is the first on this way",
		numbers, func(s *wire.Shape) *[]uint64 { return &s.DropPackets })
	exactly(m, "hold", "hold exactly these `stones` back until others have passed: 50:3",
		one(text[wire.Hold]), func(s *wire.Shape) *[]wire.Hold { return &s.Hold })
	link(m, "bandwidth", "carry at most this `rate`, in bits of packet a second; or unlimited",
		text[wire.Bandwidth], func(s *wire.Shape) *wire.Bandwidth { return &s.Bandwidth })
	link(m, "queue", "let this `many` packets (or 64kB) wait for the bandwidth; or unlimited",
		text[wire.Queue], func(s *wire.Shape) *wire.Queue { return &s.Queue })
	link(m, "mtu", "carry packets of at most this many `bytes`",
		whole(lab.MinMTU, wire.MaxMTU), func(s *wire.Shape) *int { return &s.MTU })
}

func endFlags(m maker) {
	dial(m, "ipv4", "4", "use IPv4, which is the default",
		no, func(e *lab.Experiment) *bool { return &e.IPv6 })
	dial(m, "ipv6", "6", "use IPv6",
		yes, func(e *lab.Experiment) *bool { return &e.IPv6 })
	dial(m, "window", "w", "use socket buffers of this many `bytes`, e.g. 64kB",
		size, func(e *lab.Experiment) *int { return &e.Buffer })
	dial(m, "congestion", "C", "use this congestion control for TCP, by its `name`",
		word, func(e *lab.Experiment) *string { return &e.Congestion })
	dial(m, "recovery", "", "let TCP find losses by this `method`, rack or sack",
		oneOf("rack", "sack"), func(e *lab.Experiment) *string { return &e.Recovery })
}

func catcherFlags(m maker) {
	dial(m, "asleep", "", "let the catcher sleep for this `time` before it reads",
		lab.ParseDuration, func(e *lab.Experiment) *time.Duration { return &e.Asleep })
	dial(m, "read-size", "", "let the catcher ask its socket for this many `bytes` at once (default 65536)",
		whole(lab.MinReadSize, lab.MaxReadSize), func(e *lab.Experiment) *int { return &e.ReadSize })
	dial(m, "nobody", "", "let nobody listen",
		yes, func(e *lab.Experiment) *bool { return &e.Nobody })
}

func experimentFlags(m maker) {
	dial(m, "deadline", "", "count a stone as late after this `time`; 0s is never",
		lab.ParseDuration, func(e *lab.Experiment) *time.Duration { return &e.Deadline })
	dial(m, "give-up", "", "end this `time` after the planned end at the latest; 15s on the path host",
		lab.ParseDuration, func(e *lab.Experiment) *time.Duration { return &e.GiveUp })
	dial(m, "together", "", "let both use the same way at the same time",
		yes, func(e *lab.Experiment) *bool { return &e.Together })
	plain(m, "only", "", "throw over this `transport` only, tcp or udp",
		oneOf(lab.TCP, lab.UDP), &m.only)
	plain(m, "path", "", "throw along this `path`: sim is emulated, host is this computer's loopback",
		oneOf(lab.Sim, lab.Host), &m.path)
	plain(m, "seed", "", "take all chance from this `number`",
		seed, &m.seed)
	plain(m, "runs", "", "run everything `n` times, with this seed and those that follow",
		limited(1, maxRuns), &m.runs)
	plain(m, "experiment", "", "run the experiments of this `file` again, which --json has written; - is standard input",
		word, &m.file)
}

func resultFlags(m maker) {
	plain(m, "format", "", "write the result in this `format`: table, markdown, csv or json",
		oneOf(formats()...), &m.format)
	plain(m, "json", "J", "write it as JSON, like --format json",
		yes, &m.json)
	plain(m, "per-stone", "", "keep what became of every single stone",
		yes, &m.perStone)
}

// planned adds a flag for the plans of both transports, and one for each.
func planned[T any](m maker, name, short, usage string, parse func(string) (T, error), field func(*pace.Plan) *T) {
	tcp := func(e *lab.Experiment) *T { return field(e.TCP) }
	udp := func(e *lab.Experiment) *T { return field(e.UDP) }
	dial(m, name, short, usage, parse, tcp, udp)
	dial(m, "tcp-"+name, "", usage+" over TCP", parse, tcp).Hidden = true
	dial(m, "udp-"+name, "", usage+" over UDP", parse, udp).Hidden = true
}

// link adds a flag for both directions, and one for the way back.
func link[T any](m maker, name, usage string, parse func(string) (T, error), field func(*wire.Shape) *T) {
	out, back := ways(field)
	m.impaired(dial(m, name, "", usage, parse, out, back))
	m.impaired(dial(m, name+"-back", "", usage+" on the way back", parse, back)).Hidden = true
}

// oneWay adds a flag for the way out, and another one for the way back.
func oneWay[T any](m maker, name, usage string, parse func(string) (T, error), field func(*wire.Shape) *T) {
	out, back := ways(field)
	m.impaired(dial(m, name, "", usage, parse, out))
	m.impaired(dial(m, name+"-back", "", usage+" on the way back", parse, back)).Hidden = true
}

// exactly is oneWay for a list. Its commas do not make a sweep.
func exactly[T any](m maker, name, usage string, parse func(string) ([]T, error), field func(*wire.Shape) *[]T) {
	out, back := ways(field)
	m.impaired(add(m, name, "", usage, &listOf[T]{knobOf[[]T]{parse: parse}, out}))
	m.impaired(add(m, name+"-back", "", usage+" on the way back", &listOf[T]{knobOf[[]T]{parse: parse}, back})).Hidden = true
}

// ways returns the field in the shape of each direction.
func ways[T any](field func(*wire.Shape) *T) (out, back func(*lab.Experiment) *T) {
	return func(e *lab.Experiment) *T { return field(&e.Out) },
		func(e *lab.Experiment) *T { return field(&e.Back) }
}

// impaired notes that only an emulated path can do what f asks for.
func (m maker) impaired(f *pflag.Flag) *pflag.Flag {
	m.impairments = append(m.impairments, f.Name)
	return f
}

// dial adds a flag that sets fields of an experiment. Its default is what the
// first one is without it.
func dial[T any](m maker, name, short, usage string, parse func(string) (T, error), fields ...func(*lab.Experiment) *T) *pflag.Flag {
	e := start(lab.Sim)
	return add(m, name, short, usage, &knobOf[T]{parse: parse, fields: fields, given: show(*fields[0](&e))})
}

// add adds a knob.
func add(m maker, name, short, usage string, k knob) *pflag.Flag {
	m.knobs = append(m.knobs, name)
	f := m.flags.VarPF(k, name, short, usage)
	if k.Type() == "bool" {
		f.NoOptDefVal = "true"
	}
	return f
}

// plain adds a flag that sets a variable, which holds the default.
func plain[T any](m maker, name, short, usage string, parse func(string) (T, error), field *T) {
	v := &plainOf[T]{parse: parse, field: field, given: show(*field)}
	f := m.flags.VarPF(v, name, short, usage)
	if v.Type() == "bool" {
		f.NoOptDefVal = "true"
	}
}
