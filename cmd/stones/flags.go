package main

import (
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/quantity"
	"stones/lab/report/glossary"
	"stones/lab/report/picture"
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
	switch path {
	case lab.Sim:
		e.GiveUp = time.Hour // of virtual time
	case lab.Remote:
		e.GiveUp = lab.MaxFarGiveUp
	}
	if path != lab.Host && path != lab.Remote {
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
		{title: "What may happen to them on the way (--path sim, netns)", note: "Each of these also as --...-back, for the way back. Without that, the way back has the same\n  delay, overtaking, bandwidth, queue and mtu, and nothing else happens there."},
		{title: "The two ends"},
		{title: "The catcher"},
		{title: "Another computer, on which stones catch runs"},
		{title: "The experiment"},
		{title: "The result"},
	}
	for i, add := range []func(maker){stoneFlags, wayFlags, endFlags, catcherFlags, farFlags, experimentFlags, resultFlags} {
		groups[i].flags = pflag.NewFlagSet("", pflag.ContinueOnError)
		groups[i].flags.SortFlags = false
		add(maker{throw: t, flags: groups[i].flags})
		groups[i].flags.VisitAll(onlyOnce)
		t.flags.AddFlagSet(groups[i].flags)
	}
	return groups
}

func stoneFlags(m maker) {
	planned(m, "rate", "b", text[pace.Rate], func(p *pace.Plan) *pace.Rate { return &p.Rate })
	planned(m, "count", "", whole(1, lab.MaxCount), func(p *pace.Plan) *int { return &p.Count })
	planned(m, "time", "t", during(lab.MinTime, lab.MaxTime), func(p *pace.Plan) *time.Duration { return &p.Time })
	planned(m, "size", "l", whole(lab.MinSize, lab.MaxSize), func(p *pace.Plan) *int { return &p.Size })
	planned(m, "pattern", "", text[pace.Pattern], func(p *pace.Plan) *pace.Pattern { return &p.Pattern })
}

func wayFlags(m maker) {
	link(m, "delay", quantity.ParseDuration, func(s *wire.Shape) *time.Duration { return &s.Delay })
	oneWay(m, "jitter", text[wire.Jitter], func(s *wire.Shape) *wire.Jitter { return &s.Jitter })
	link(m, "overtake", yes, func(s *wire.Shape) *bool { return &s.Overtake })
	oneWay(m, "loss", text[wire.Loss], func(s *wire.Shape) *wire.Loss { return &s.Loss })
	oneWay(m, "reorder", text[wire.Reorder], func(s *wire.Shape) *wire.Reorder { return &s.Reorder })
	oneWay(m, "reorder-early", text[wire.Share], func(s *wire.Shape) *wire.Share { return &s.ReorderEarly })
	oneWay(m, "duplicate", text[wire.Share], func(s *wire.Shape) *wire.Share { return &s.Duplicate })
	oneWay(m, "corrupt", text[wire.Share], func(s *wire.Shape) *wire.Share { return &s.Corrupt })
	exactly(m, "drop", numbers, func(s *wire.Shape) *[]uint64 { return &s.Drop })
	oneWay(m, "drop-every", upTo(lab.MaxCount), func(s *wire.Shape) *int { return &s.DropEvery })
	exactly(m, "drop-packets", numbers, func(s *wire.Shape) *[]uint64 { return &s.DropPackets })
	exactly(m, "hold", one(text[wire.Hold]), func(s *wire.Shape) *[]wire.Hold { return &s.Hold })
	link(m, "bandwidth", text[wire.Bandwidth], func(s *wire.Shape) *wire.Bandwidth { return &s.Bandwidth })
	link(m, "queue", text[wire.Queue], func(s *wire.Shape) *wire.Queue { return &s.Queue })
	link(m, "mtu", whole(lab.MinMTU, wire.MaxMTU), func(s *wire.Shape) *int { return &s.MTU })
}

func endFlags(m maker) {
	dial(m, "ipv4", "4", no, func(e *lab.Experiment) *bool { return &e.IPv6 })
	dial(m, "ipv6", "6", yes, func(e *lab.Experiment) *bool { return &e.IPv6 })
	dial(m, "window", "w", size, func(e *lab.Experiment) *int { return &e.Buffer })
	dial(m, "congestion", "C", word, func(e *lab.Experiment) *string { return &e.Congestion })
	dial(m, "recovery", "", oneOf("rack", "sack"), func(e *lab.Experiment) *string { return &e.Recovery })
}

func catcherFlags(m maker) {
	dial(m, "asleep", "", quantity.ParseDuration, func(e *lab.Experiment) *time.Duration { return &e.Asleep })
	dial(m, "read-size", "", whole(lab.MinReadSize, lab.MaxReadSize), func(e *lab.Experiment) *int { return &e.ReadSize })
	dial(m, "nobody", "", yes, func(e *lab.Experiment) *bool { return &e.Nobody })
}

func farFlags(m maker) {
	plain(m, "to", "", word, &m.to)
	dial(m, "reverse", "R", yes, func(e *lab.Experiment) *bool { return &e.Reverse })
	plain(m, "tls", "", yes, &m.tls)
	plain(m, "key-file", "", word, &m.keyFile)
}

func experimentFlags(m maker) {
	dial(m, "deadline", "", quantity.ParseDuration, func(e *lab.Experiment) *time.Duration { return &e.Deadline })
	dial(m, "give-up", "", quantity.ParseDuration, func(e *lab.Experiment) *time.Duration { return &e.GiveUp })
	dial(m, "together", "", yes, func(e *lab.Experiment) *bool { return &e.Together })
	plain(m, "only", "", oneOf(lab.TCP, lab.UDP), &m.only)
	plain(m, "path", "", oneOf(lab.Sim, lab.Host, lab.Netns, lab.Remote), &m.path)
	plain(m, "seed", "", seed, &m.seed)
	plain(m, "runs", "", upTo(maxRuns), &m.runs)
	plain(m, "experiment", "", word, &m.file)
}

func resultFlags(m maker) {
	plain(m, "format", "", oneOf(formats()...), &m.format)
	plain(m, "json", "J", yes, &m.json)
	plain(m, "per-stone", "", yes, &m.perStone)
	plain(m, "interval", "i", during(lab.MinInterval, lab.MaxInterval), &m.interval)
	plain(m, "theory", "", yes, &m.theory)
	plain(m, "packets", "", yes, &m.packets)
	plain(m, "pcap", "", word, &m.pcap)
	plain(m, "picture", "", oneOf(picture.Kinds()...), &m.picture)
	plain(m, "theme", "", oneOf(light, dark), &m.theme)
	plain(m, "out", "", word, &m.out)
	plain(m, "force", "", yes, &m.force)
}

// planned adds a flag for the plans of both transports, and one for each.
func planned[T any](m maker, name, short string, parse func(string) (T, error), field func(*pace.Plan) *T) {
	tcp := func(e *lab.Experiment) *T { return field(e.TCP) }
	udp := func(e *lab.Experiment) *T { return field(e.UDP) }
	dial(m, name, short, parse, tcp, udp)
	dial(m, tcpPrefix+name, "", parse, tcp).Hidden = true
	dial(m, udpPrefix+name, "", parse, udp).Hidden = true
}

// link adds a flag for both directions, and one for the way back.
func link[T any](m maker, name string, parse func(string) (T, error), field func(*wire.Shape) *T) {
	out, back := ways(field)
	m.impaired(dial(m, name, "", parse, out, back))
	m.impaired(dial(m, name+backSuffix, "", parse, back)).Hidden = true
}

// oneWay adds a flag for the way out, and another one for the way back.
func oneWay[T any](m maker, name string, parse func(string) (T, error), field func(*wire.Shape) *T) {
	out, back := ways(field)
	m.impaired(dial(m, name, "", parse, out))
	m.impaired(dial(m, name+backSuffix, "", parse, back)).Hidden = true
}

// exactly is oneWay for a list. Its commas do not make a sweep.
func exactly[T any](m maker, name string, parse func(string) ([]T, error), field func(*wire.Shape) *[]T) {
	out, back := ways(field)
	m.impaired(add(m, name, "", &listOf[T]{knobOf[[]T]{parse: parse}, out}))
	m.impaired(add(m, name+backSuffix, "", &listOf[T]{knobOf[[]T]{parse: parse}, back})).Hidden = true
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
func dial[T any](m maker, name, short string, parse func(string) (T, error), fields ...func(*lab.Experiment) *T) *pflag.Flag {
	e := start(lab.Sim)
	return add(m, name, short, &knobOf[T]{parse: parse, fields: fields, given: show(*fields[0](&e))})
}

// add adds a knob.
func add(m maker, name, short string, k knob) *pflag.Flag {
	m.knobs = append(m.knobs, name)
	f := m.flags.VarPF(k, name, short, usage(name))
	if k.Type() == "bool" {
		f.NoOptDefVal = "true"
	}
	return f
}

// plain adds a flag that sets a variable, which holds the default.
func plain[T any](m maker, name, short string, parse func(string) (T, error), field *T) {
	v := &plainOf[T]{parse: parse, field: field, given: show(*field)}
	f := m.flags.VarPF(v, name, short, usage(name))
	if v.Type() == "bool" {
		f.NoOptDefVal = "true"
	}
}

// What a flag's name begins or ends with that is for one transport, or for the
// way back.
const (
	tcpPrefix  = "tcp-"
	udpPrefix  = "udp-"
	backSuffix = "-back"
)

// usage is what --help says of a flag: what the glossary says of it in short.
func usage(name string) string {
	base, variant := baseOf(name)
	return glossary.Short(glossary.Flag, base) + variant
}

// baseOf returns the name of the flag of which a flag is a variant, and in what
// it varies; or the name itself.
func baseOf(name string) (base, variant string) {
	for _, v := range []struct{ prefix, suffix, words string }{
		{tcpPrefix, "", " over TCP"},
		{udpPrefix, "", " over UDP"},
		{"", backSuffix, " on the way back"},
	} {
		base := strings.TrimSuffix(strings.TrimPrefix(name, v.prefix), v.suffix)
		if base != name && glossary.Short(glossary.Flag, base) != "" {
			return base, v.words
		}
	}
	return name, ""
}
