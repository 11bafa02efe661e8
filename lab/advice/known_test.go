package advice

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/path"
	"stones/lab/wire"
)

// What the formulas know of a road is said field by field. Whoever adds a field says
// here whether they know it; without a word it makes every formula unknown.
func TestStrange(t *testing.T) {
	known := []string{
		"Delay", "Jitter", "Overtake", "Loss", "Drop", "DropEvery", "DropPackets", "Reorder", "ReorderEarly", "Hold",
		"Duplicate", "Corrupt", "Bandwidth", "MTU", "Queue.Packets", "Queue.Bytes",
	}
	var shape wire.Shape
	fields := map[string]reflect.Value{}
	of := func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			if name := prefix + v.Type().Field(i).Name; name != "Queue" {
				fields[name] = v.Field(i)
			}
		}
	}
	of("", reflect.ValueOf(&shape).Elem())
	of("Queue.", reflect.ValueOf(&shape.Queue).Elem())
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field := fields[name]
		field.Set(something(field.Type()))
		e := lesson()
		e.Out = shape
		if got, want := strange(shape), !slices.Contains(known, name); got != want {
			t.Errorf("%s: strange: %t, want %t", name, got, want)
		} else if want {
			for _, key := range Keys() {
				if got := Expect(e, done(e, lab.UDP), key); got.Why != CauseStrangeRoad {
					t.Errorf("%s: %s: %+v", name, key, got)
				}
			}
		}
		field.SetZero()
	}
	if len(fields) < len(known) {
		t.Errorf("%d fields; the formulas know %d", len(fields), len(known))
	}
}

// something is a value of a type that is not its zero value.
func something(t reflect.Type) reflect.Value {
	if t == reflect.TypeFor[wire.Trace]() {
		trace, err := wire.ReadTrace([]byte("1\n"))
		if err != nil {
			panic(err)
		}
		return reflect.ValueOf(trace)
	}
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Struct:
		v.Field(0).Set(something(t.Field(0).Type))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, 1, 1))
	case reflect.String:
		v.SetString("codel")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Uint64:
		v.SetUint(1)
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
	default:
		v.SetInt(1)
	}
	return v
}

// A TCP that is set in its own way has no formula for its delays; what cannot be
// otherwise stays known.
func TestTuned(t *testing.T) {
	for _, tt := range []struct {
		turn func(*lab.Tuning)
		want bool
	}{
		{func(*lab.Tuning) {}, false},
		{func(t *lab.Tuning) { t.SACK, t.DelayedACK, t.ECN, t.Tick = lab.On, lab.On, true, time.Millisecond }, false},
		{func(t *lab.Tuning) { t.SACK = lab.Off }, true},
		{func(t *lab.Tuning) { t.DelayedACK = lab.Off }, true},
		{func(t *lab.Tuning) { t.Nagle = true }, true},
		{func(t *lab.Tuning) { t.InitialWindow = 1 }, true},
	} {
		e := lesson()
		tt.turn(&e.Tuning)
		x := done(e, lab.TCP)
		if got := Expect(e, x, "delay_max_ms").Why == CauseTuned; got != tt.want {
			t.Errorf("%+v: tuned: %t, want %t", e.Tuning, got, tt.want)
		}
		if got := Expect(e, x, "delivered"); got.Why != "" || got.Mean != 100 {
			t.Errorf("%+v: delivered: %+v", e.Tuning, got)
		}
	}
}

// What a flow's packets take besides is part of its road.
func TestExtraDelay(t *testing.T) {
	e := lesson()
	e.Flow(lab.TCP).ExtraDelay = 10 * time.Millisecond
	if got := Expect(e, done(e, lab.TCP), "connect_ms"); got.Mean != 120 {
		t.Errorf("asking takes %+v, want 120 ms", got)
	}
	if got := Expect(e, done(e, lab.UDP), "delay_p50_ms"); got.Mean != 50 {
		t.Errorf("a stone takes %+v over UDP, want 50 ms", got)
	}
}

// What a flow loses by its own list leaves the formulas of that flow without an answer, and
// those of the other as they are; a place behind the last packet is told of.
func TestLostByPlace(t *testing.T) {
	e := lesson()
	e.Flow(lab.TCP).DropPackets, e.Flow(lab.UDP).DropPacketsBack = wire.Numbers{1}, wire.Numbers{7}
	tcp, udp := done(e, lab.TCP), done(e, lab.UDP)
	if got := Expect(e, tcp, "connect_ms"); got.Why != CauseAskingLost {
		t.Errorf("asking takes %+v, although the SYN is lost", got)
	}
	if got := Expect(e, udp, "lost"); got.Why != "" || got.Mean != 0 {
		t.Errorf("over UDP are lost %+v, want 0", got)
	}
	tcp.Wire = lab.Wire{Packets: lab.Number(120), Back: &path.Direction{Sent: 110}}
	udp.Wire = lab.Wire{Packets: lab.Number(100), Back: &path.Direction{}}
	want := []lab.Warning{{Flow: lab.UDP, Word: "udp-drop-packets-back", Value: 7}}
	if got := noSuch(e, []lab.Outcome{*tcp, *udp}); !slices.Equal(got, want) {
		t.Errorf("warnings %+v, want %+v", got, want)
	}
}
