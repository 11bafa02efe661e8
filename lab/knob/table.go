package knob

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/wire"
)

// table holds all knobs.
var table = slices.Concat(stones(), way(), doomed(), ends(), catcher(), far(), experiment(), kept())

// All returns all knobs. A sweep turns them in this order: the first one changes
// slowest.
func All() []Knob { return slices.Clone(table) }

func stones() []Knob {
	return slices.Concat(
		planned(Knob{Word: "rate", Letter: "b", Example: "100/s"}, text[pace.Rate](), func(p *pace.Plan) *pace.Rate { return &p.Rate }),
		planned(Knob{Word: "count", Example: "50"}, Whole(1, lab.MaxCount), func(p *pace.Plan) *int { return &p.Count }),
		planned(Knob{Word: "time", Letter: "t", Example: "1s"}, During(lab.MinTime, lab.MaxTime), func(p *pace.Plan) *time.Duration { return &p.Time }),
		planned(Knob{Word: "size", Letter: "l", Example: "500"}, stoneSize(), func(p *pace.Plan) *int { return &p.Size }),
		started(Knob{Word: "start", Example: "2s"}, text[lab.Start](), func(f *lab.Flow) *lab.Start { return &f.Start }),
		planned(Knob{Word: "pattern", Example: "burst:10"}, text[pace.Pattern](), func(p *pace.Plan) *pace.Pattern { return &p.Pattern }),
		[]Knob{general(Knob{Word: "say", Group: Stones, Single: true, Example: "Привет"}, "/say", Word(), func(e *lab.Experiment) *string { return &e.Say })},
	)
}

func way() []Knob {
	return slices.Concat(
		[]Knob{road()},
		link(Knob{Word: "delay", Example: "50ms"}, During(0, lab.MaxDelay), func(s *wire.Shape) *time.Duration { return &s.Delay }),
		oneWay(Knob{Word: "jitter", Example: "5ms"}, text[wire.Jitter](), func(s *wire.Shape) *wire.Jitter { return &s.Jitter }),
		link(Knob{Word: "overtake", Switch: true, Example: "true"}, Toggle(), func(s *wire.Shape) *bool { return &s.Overtake }),
		oneWay(Knob{Word: "loss", Example: "20%"}, text[wire.Loss](), func(s *wire.Shape) *wire.Loss { return &s.Loss }),
		oneWay(Knob{Word: "reorder", Example: "20%"}, text[wire.Reorder](), func(s *wire.Shape) *wire.Reorder { return &s.Reorder }),
		oneWay(Knob{Word: "reorder-early", Example: "20%"}, text[wire.Share](), func(s *wire.Shape) *wire.Share { return &s.ReorderEarly }),
		oneWay(Knob{Word: "duplicate", Example: "20%"}, text[wire.Share](), func(s *wire.Shape) *wire.Share { return &s.Duplicate }),
		oneWay(Knob{Word: "corrupt", Example: "20%"}, text[wire.Share](), func(s *wire.Shape) *wire.Share { return &s.Corrupt }),
		exactly(Knob{Word: "drop", Example: "3,5-7"}, numbers(), func(s *wire.Shape) *[]uint64 { return (*[]uint64)(&s.Drop) }),
		oneWay(Knob{Word: "drop-every", Example: "7"}, Whole(1, lab.MaxCount), func(s *wire.Shape) *int { return &s.DropEvery }),
		exactly(Knob{Word: dropPackets, Example: "4"}, numbers(), func(s *wire.Shape) *[]uint64 { return (*[]uint64)(&s.DropPackets) }),
		exactly(Knob{Word: "hold", Example: "5:2"}, listOf(text[wire.Hold]()), func(s *wire.Shape) *[]wire.Hold { return &s.Hold }),
		bandwidth(Knob{Word: "bandwidth", Example: "1Mbit", Group: Way, Needs: lab.AWire, Base: "bandwidth"}),
		oneWay(Knob{Word: "policer", Example: "10kbit:100B"}, text[wire.Bucket](), func(s *wire.Shape) *wire.Bucket { return &s.Policer }),
		oneWay(Knob{Word: "shaper", Example: "10kbit:100B"}, text[wire.Bucket](), func(s *wire.Shape) *wire.Bucket { return &s.Shaper }),
		link(Knob{Word: "queue", Example: "2"}, text[wire.Queue](), func(s *wire.Shape) *wire.Queue { return &s.Queue }),
		exactlyBoth(Knob{Word: "outage", Example: "0s-1s"}, listOf(text[wire.Outage]()), func(s *wire.Shape) *[]wire.Outage { return &s.Outage }),
		link(Knob{Word: "mtu", Example: "600"}, Whole(lab.MinMTU, wire.MaxMTU), func(s *wire.Shape) *int { return &s.MTU }),
	)
}

func ends() []Knob {
	return []Knob{
		general(Knob{Word: "ipv4", Letter: "4", Group: Ends, Switch: true, Example: "true"}, "/ipv6", not(), func(e *lab.Experiment) *bool { return &e.IPv6 }),
		general(Knob{Word: "ipv6", Letter: "6", Group: Ends, Switch: true, Example: "true"}, "/ipv6", Toggle(), func(e *lab.Experiment) *bool { return &e.IPv6 }),
		general(Knob{Word: "window", Letter: "w", Group: Ends, Example: "8kB"}, "/buffer", Size(lab.MinBuffer, lab.MaxBuffer), func(e *lab.Experiment) *int { return &e.Buffer }),
		congestion(),
		general(Knob{Word: "recovery", Group: Ends, Choices: recoveries, Example: "sack"}, "/recovery", OneOf(recoveries), func(e *lab.Experiment) *string { return &e.Recovery }),
		tuned(Knob{Word: "sack", Choices: switches, Example: lab.Off}, OneOf(switches), func(t *lab.Tuning) *string { return &t.SACK }),
		tuned(Knob{Word: "nagle", Switch: true, Example: "true"}, Toggle(), func(t *lab.Tuning) *bool { return &t.Nagle }),
		tuned(Knob{Word: "delayed-ack", Choices: switches, Example: lab.Off}, OneOf(switches), func(t *lab.Tuning) *string { return &t.DelayedACK }),
		tuned(Knob{Word: "ecn", Switch: true, Example: "true"}, Toggle(), func(t *lab.Tuning) *bool { return &t.ECN }),
		tuned(Knob{Word: "initial-window", Example: "3"}, Whole(1, lab.MaxInitialWindow), func(t *lab.Tuning) *int { return &t.InitialWindow }),
		tuned(Knob{Word: "udp-checksum", Choices: switches, Example: lab.Off}, OneOf(switches), func(t *lab.Tuning) *string { return &t.UDPChecksum }),
		tuned(Knob{Word: "tick", Example: "4ms"}, During(0, lab.MaxTick), func(t *lab.Tuning) *time.Duration { return &t.Tick }),
	}
}

// switches are the values of a knob that is on by default.
var switches = []string{lab.On, lab.Off}

// tuned is a knob that tunes TCP or UDP.
func tuned[T any](k Knob, f Form[T], at func(*lab.Tuning) *T) Knob {
	k.Group = Ends
	place := "/tuning/" + strings.ReplaceAll(k.Word, "-", "_")
	return general(k, place, f, func(e *lab.Experiment) *T { return at(&e.Tuning) })
}

// recoveries are the ways in which TCP finds a loss.
var recoveries = []string{lab.RecoveryRACK, lab.RecoverySACK}

func catcher() []Knob {
	return []Knob{
		general(Knob{Word: "asleep", Group: Catcher, Example: "1s"}, "/asleep", During(0, lab.MaxTime), func(e *lab.Experiment) *time.Duration { return &e.Asleep }),
		general(Knob{Word: "read-size", Group: Catcher, Example: "100"}, "/read_size", Size(lab.MinReadSize, lab.MaxReadSize), func(e *lab.Experiment) *int { return &e.ReadSize }),
		general(Knob{Word: "answer", Group: Catcher, Switch: true, Example: "true"}, "/answer", Toggle(), func(e *lab.Experiment) *bool { return &e.Answer }),
		general(Knob{Word: "catcher-dies", Group: Catcher, Example: "50"}, "/dies", Whole(1, lab.MaxCount), func(e *lab.Experiment) *int { return &e.Dies }),
		general(Knob{Word: "nobody", Group: Catcher, Switch: true, Example: "true"}, "/nobody", Toggle(), func(e *lab.Experiment) *bool { return &e.Nobody }),
	}
}

func far() []Knob {
	return []Knob{
		general(Knob{Word: "to", Group: Far, Single: true, Example: "192.0.2.7"}, "/to", Word(), func(e *lab.Experiment) *string { return &e.To }),
		reverse(),
		general(Knob{Word: "tls", Group: Far, Single: true, Switch: true, Example: "true"}, "/tls", Toggle(), func(e *lab.Experiment) *bool { return &e.TLS }),
	}
}

func experiment() []Knob {
	return []Knob{
		general(Knob{Word: "deadline", Group: Overall, Example: "25ms"}, "/deadline", During(0, lab.MaxDeadline), func(e *lab.Experiment) *time.Duration { return &e.Deadline }),
		general(Knob{Word: "give-up", Group: Overall, Example: "1s"}, "/give_up", During(0, lab.MaxGiveUp), func(e *lab.Experiment) *time.Duration { return &e.GiveUp }),
		general(Knob{Word: "together", Group: Overall, Switch: true, Example: "true"}, "/together", Toggle(), func(e *lab.Experiment) *bool { return &e.Together }),
		only(),
		parallel(),
		general(Knob{Word: "path", Group: Overall, Single: true, Choices: near, Example: lab.Host}, "/path", path(), func(e *lab.Experiment) *string { return &e.Path }),
		general(Knob{Word: "seed", Group: Overall, Single: true, Example: "7"}, "/seed", Seed(), func(e *lab.Experiment) *uint64 { return &e.Seed }),
	}
}

// near are the paths on this computer. The path to another one is chosen by its
// address.
var near = []string{lab.Sim, lab.Host, lab.Netns}

// path is the form of the path's name.
func path() Form[string] {
	f := OneOf(append(slices.Clone(near), lab.Remote))
	read := f.Read
	f.Read = func(s string) (string, error) {
		s, err := read(s)
		if err != nil {
			err = errors.New("allowed " + strings.Join(near, ", ") + "; --to HOST is for another computer")
		}
		return s, err
	}
	return f
}

func kept() []Knob {
	return []Knob{
		general(Knob{Word: "per-stone", Group: Kept, Single: true, Switch: true, Example: "true"}, "/per_stone", Toggle(), func(e *lab.Experiment) *bool { return &e.PerStone }),
		general(Knob{Word: "interval", Letter: "i", Group: Kept, Single: true, Example: "1s"}, "/interval", During(lab.MinInterval, lab.MaxInterval), func(e *lab.Experiment) *time.Duration { return &e.Interval }),
		general(Knob{Word: "overhear", Group: Kept, Single: true, Switch: true, Example: "true"}, "/overhear", Toggle(), func(e *lab.Experiment) *bool { return &e.Overhear }),
		general(Knob{Word: "packets", Group: Kept, Single: true, Switch: true, Example: "true"}, "/packets", Toggle(), func(e *lab.Experiment) *bool { return &e.Packets }),
		general(Knob{Word: "counters", Group: Kept, Single: true, Switch: true, Example: "true"}, "/counters", Toggle(), func(e *lab.Experiment) *bool { return &e.Counters }),
	}
}

// A field is where a value of type T stands, in the JSON and in memory.
type field[T any] struct {
	place string
	value *T
	flow  string // whose it is; empty means that of all
}

// bind ties a knob to the fields that it sets.
func bind[T any](k Knob, f Form[T], fields func(*lab.Experiment) []field[T]) Knob {
	if k.Base == "" {
		k.Base = k.Word
	}
	k.read = func(s string) (any, error) { return f.Read(s) }
	k.set = func(e *lab.Experiment, value any) {
		for _, to := range fields(e) {
			*to.value = value.(T)
		}
	}
	k.spots = func(e *lab.Experiment) []spot {
		var spots []spot
		for _, from := range fields(e) {
			spots = append(spots, spot{from.place, f.Write(*from.value), from.flow})
		}
		return spots
	}
	return k
}

// general is a knob that sets one field of an experiment.
func general[T any](k Knob, place string, f Form[T], at func(*lab.Experiment) *T) Knob {
	k.Needs = cmp.Or(k.Needs, lab.NeedOf(k.Word))
	return bind(k, f, func(e *lab.Experiment) []field[T] { return []field[T]{{place, at(e), ""}} })
}

// planned is a knob for the plans of all flows, and one for those over each
// transport.
func planned[T any](k Knob, f Form[T], at func(*pace.Plan) *T) []Knob {
	return started(k, f, func(f *lab.Flow) *T { return at(&f.Plan) })
}

// started is a knob for all flows, and one for those over each transport.
func started[T any](k Knob, f Form[T], at func(*lab.Flow) *T) []Knob {
	k.Group, k.Base = Stones, k.Word
	name := k.Word
	over := func(transports ...string) func(*lab.Experiment) []field[T] {
		return func(e *lab.Experiment) []field[T] {
			var fields []field[T]
			for place, f := range flows(e, transports) {
				fields = append(fields, field[T]{place + "/" + name, at(f), f.Name})
			}
			return fields
		}
	}
	knobs := []Knob{bind(k, f, over(append(lab.TransportNames(), lab.Own)...))}
	k.Letter = ""
	for _, transport := range lab.UsualNames() {
		k.Word, k.Variant = transport+"-"+name, Variant(transport)
		knobs = append(knobs, bind(k, f, over(transport)))
	}
	return knobs
}

// link is a knob for both directions of the wire, and one for the way back.
func link[T any](k Knob, f Form[T], at func(*wire.Shape) *T) []Knob {
	return wired(k, f, at, out[T], back[T])
}

// oneWay is a knob for the way out, and another one for the way back.
func oneWay[T any](k Knob, f Form[T], at func(*wire.Shape) *T) []Knob {
	return wired(k, f, at, out[T])
}

// exactly is oneWay for a list: commas stand between its entries.
func exactly[T any](k Knob, f Form[[]T], at func(*wire.Shape) *[]T) []Knob {
	k.Many = true
	k.join = joined[T]
	return oneWay(k, f, at)
}

// exactlyBoth is link for a list.
func exactlyBoth[T any](k Knob, f Form[[]T], at func(*wire.Shape) *[]T) []Knob {
	k.Many = true
	k.join = joined[T]
	return link(k, f, at)
}

// dropPackets is the knob that loses packets by their place.
const dropPackets = "drop-packets"

// doomed are the knobs that lose packets of the flows over one transport.
func doomed() []Knob {
	var knobs []Knob
	for _, transport := range append(lab.UsualNames(), lab.Own) {
		for i, list := range new(lab.Flow).Listed() {
			place := "/" + strings.ReplaceAll(list.Word, "-", "_")
			k := Knob{
				Word: transport + "-" + list.Word, Base: dropPackets, Variant: Variant(transport + strings.TrimPrefix(list.Word, dropPackets)),
				Group: Stones, Needs: lab.AWire, Many: true, Example: "4", join: joined[uint64],
			}
			knobs = append(knobs, bind(k, numbers(), func(e *lab.Experiment) []field[[]uint64] {
				var fields []field[[]uint64]
				for flow, f := range flows(e, []string{transport}) {
					fields = append(fields, field[[]uint64]{flow + place, (*[]uint64)(f.Listed()[i].Places), f.Name})
				}
				return fields
			}))
		}
	}
	return knobs
}

// joined makes one list of several.
func joined[T any](values []any) any {
	var list []T
	for _, v := range values {
		list = append(list, v.([]T)...)
	}
	return list
}

// A direction finds a field in the shape of one of the two ways.
type direction[T any] func(e *lab.Experiment, name string, at func(*wire.Shape) *T) field[T]

func out[T any](e *lab.Experiment, name string, at func(*wire.Shape) *T) field[T] {
	return field[T]{"/out/" + name, at(&e.Out), ""}
}

func back[T any](e *lab.Experiment, name string, at func(*wire.Shape) *T) field[T] {
	return field[T]{"/back/" + name, at(&e.Back), ""}
}

// wired is a knob that sets a field of the given directions, and one that sets
// it on the way back.
func wired[T any](k Knob, f Form[T], at func(*wire.Shape) *T, directions ...direction[T]) []Knob {
	k.Group, k.Needs, k.Base = Way, lab.AWire, k.Word
	name := strings.ReplaceAll(k.Word, "-", "_")
	along := func(directions ...direction[T]) func(*lab.Experiment) []field[T] {
		return func(e *lab.Experiment) []field[T] {
			var fields []field[T]
			for _, d := range directions {
				fields = append(fields, d(e, name, at))
			}
			return fields
		}
	}
	other := k
	other.Word, other.Variant = k.Word+"-back", Back
	return []Knob{bind(k, f, along(directions...)), bind(other, f, along(back[T]))}
}
