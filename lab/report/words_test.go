package report

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/knob"
	"stones/lab/pace"
	"stones/lab/stone"
	"stones/lab/wire"
)

// Every key and every rule has its words.
func TestWords(t *testing.T) {
	for _, m := range measures {
		switch {
		case rowNames[m.key] == "":
			t.Errorf("the row %s has no name", m.key)
		case m.is(inColumn|inLone) != (m.head != ""):
			t.Errorf("%s: a column, and %q over it", m.key, m.head)
		case m.is(ifAny|asRange) && !m.is(inColumn), m.is(onlyReal) && !m.is(inAll):
			t.Errorf("%s: shown in %b", m.key, m.in)
		case strings.HasSuffix(m.bench, shareUnit) && m.whole == nil, m.better != "" && m.bench == "":
			t.Errorf("%s: benchmark unit %q", m.key, m.bench)
		}
	}
	for _, rule := range advice.Rules() {
		if sentences[rule] == nil {
			t.Errorf("the rule %s has no sentence", rule)
		}
	}
	if rules := advice.Rules(); len(sentences) != len(rules) {
		t.Errorf("%d sentences for %d rules", len(sentences), len(rules))
	}
}

// A warning is one line, and fits beside its word.
func TestWarningLines(t *testing.T) {
	for _, rule := range append(advice.Rules(), "a rule to come") {
		for _, transport := range []string{lab.TCP, lab.UDP} {
			line := warning(lab.Warning{Rule: rule, Flow: transport, Word: "reorder-back", Value: 1234.5678, Limit: 0.025})
			if utf8.RuneCountInString(line) > 90 || strings.Contains(line, "\n") || strings.Contains(line, "%!") {
				t.Errorf("%s: %q", rule, line)
			}
		}
	}
}

func TestNoise(t *testing.T) {
	got := warning(lab.Warning{Rule: advice.RuleNoise, Word: "loss", Value: 2, Limit: 10, Of: 100})
	if want := "warning: --loss hits about 2 packets, by chance 0 to 10: noise"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Whatever changes an experiment is a parameter, except the seed. Otherwise a sweep
// would have two rows that look the same, or take them for two runs.
func TestParameters(t *testing.T) {
	e := knob.Nothing()
	leaves := 0
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		defer v.Set(old)
		switch kind := v.Kind(); {
		case v.Type() == reflect.TypeFor[pace.Rate]():
			v.Set(reflect.ValueOf(pace.Max()))
		case v.Type() == reflect.TypeFor[wire.Trace]():
			trace, err := wire.ReadTrace([]byte("1\n"))
			if err != nil {
				t.Fatal(err)
			}
			v.Set(reflect.ValueOf(trace))
		case kind == reflect.Pointer:
			walk(name, v.Elem())
			return
		case kind == reflect.Struct:
			for i := range v.NumField() {
				walk(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
			return
		case kind == reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		case kind == reflect.Bool:
			v.SetBool(true)
		case kind == reflect.String:
			v.SetString("other")
		case v.CanInt():
			v.SetInt(int64(7 * time.Millisecond))
		case v.CanUint():
			v.SetUint(7)
		default:
			t.Fatalf("%s is a %v", name, v.Type())
		}
		leaves++
		g := newGist(View{}, nil).of(lab.Document{Results: []lab.Result{{Experiment: knob.Nothing()}, {Experiment: e}}})
		changed := len(g.combined) == 2
		if ignored := name == ".Seed" || name == ".PerStone" || name == ".Interval" || name == ".Packets" || name == ".Overhear" || name == ".Counters"; changed == ignored {
			t.Errorf("%s = %v: a parameter: %t, want %t", name, v, changed, !ignored)
		}
	}
	walk("", reflect.ValueOf(&e).Elem())
	if leaves < 50 {
		t.Errorf("only %d fields were changed", leaves)
	}
}

func TestFigures(t *testing.T) {
	for _, tt := range []struct {
		unit unit
		v    float64
		want string
	}{
		{count, 0, "0"},
		{count, 1000, "1000"},
		{count, 22.5, "22.5"},
		{count, 123_456_789, "123456789"},
		{milliseconds, 0, "0 ms"},
		{milliseconds, 0.02134, "0.021 ms"},
		{milliseconds, 1, "1.00 ms"},
		{milliseconds, 20.8416, "20.8 ms"},
		{milliseconds, 123.456, "123.5 ms"},
		{milliseconds, 12345.6, "12346 ms"},
		{milliseconds, 1e9, "1e+09 ms"},
		{milliseconds, 0.000258, "<0.001 ms"},
		{bitsASecond, 999, "999.0 bit/s"},
		{bitsASecond, 1600, "1.60 kbit/s"},
		{bitsASecond, 1_594_896, "1.59 Mbit/s"},
		{bitsASecond, 39.5e9, "39.5 Gbit/s"},
	} {
		if got := tt.unit.write(tt.v); got != tt.want {
			t.Errorf("write(%v) = %q, want %q", tt.v, got, tt.want)
		}
	}
}

func TestShort(t *testing.T) {
	for text, want := range map[string]string{
		"20.0 ms": "20 ms", "1.60 Mbit/s": "1.6 Mbit/s", "1000": "1000", "0": "0", "12.50": "12.5", "1e+10": "1e+10", "1.20e+10": "1.20e+10",
	} {
		if got := short(text); got != want {
			t.Errorf("short(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		part, whole float64
		want        string
	}{
		{0, 1000, "0%"},
		{1, 100_000, "<0.1%"},
		{1, 1000, "0.1%"},
		{23, 1000, "2.3%"},
		{9994, 10_000, "99.9%"},
		{9999, 10_000, ">99.9%"},
		{1000, 1000, "100%"},
	} {
		if got := percent(tt.part, tt.whole); got != tt.want {
			t.Errorf("percent(%v, %v) = %q, want %q", tt.part, tt.whole, got, tt.want)
		}
	}
}

func TestSpread(t *testing.T) {
	lost := find("lost")
	series := func(counts ...int) (flows []*lab.Outcome) {
		for _, n := range counts {
			flows = append(flows, &lab.Outcome{Counts: stone.Counts{Lost: n}})
		}
		return flows
	}
	for _, tt := range []struct {
		name       string
		tcp, udp   []*lab.Outcome
		cell       string // of udp
		difference string
	}{
		{"even", series(0), series(5, 3), "4 (3-5)", "only UDP"},
		{"odd", series(5, 6), series(1, 9, 3), "3 (1-9)", notDifferent},
		{"touching", series(5, 6), series(6, 7), "6.5 (6-7)", notDifferent},
		{"apart", series(2, 4, 4), series(10, 12, 14), "12 (10-14)", "UDP 3x"},
		{"apart, the other way round", series(1000), series(1), "1", "TCP >100x"},
		{"nearly the same", series(100_001), series(100_000), "100000", "TCP <1.01x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tcp, udp := spreadOf(figuresOf(lost, tt.tcp)), spreadOf(figuresOf(lost, tt.udp))
			if got := udp.cell(count, 1, nil); got != tt.cell {
				t.Errorf("cell = %q, want %q", got, tt.cell)
			}
			if got := tcp.against(udp, lab.TCP, lab.UDP); got != tt.difference {
				t.Errorf("difference = %q, want %q", got, tt.difference)
			}
		})
	}
}

// figuresOf are those of a measure in flows.
func figuresOf(m measure, flows []*lab.Outcome) (list []lab.Figure) {
	for _, x := range flows {
		list = append(list, m.of(x))
	}
	return list
}

func TestInfiniteSpread(t *testing.T) {
	p99 := find("delay_p99_ms")
	series := func(figures ...lab.Figure) (flows []*lab.Outcome) {
		for _, f := range figures {
			flows = append(flows, &lab.Outcome{Delay: lab.Delays{P99: f}})
		}
		return flows
	}
	near, far := lab.Number(20.0), lab.Number(30.0)
	for _, tt := range []struct {
		name  string
		flows []*lab.Outcome
		want  string
	}{
		{"all", series(lab.Infinite(), lab.Infinite()), "infinite (lost)"},
		{"one of three", series(lab.Infinite(), far, near), "30.0 (20.0-lost)"},
		{"two of three", series(lab.Infinite(), lab.Infinite(), near), "lost (20.0-lost)"},
		{"one is missing", series(lab.NA(lab.CauseNothingCame), near, far), "25.0 (20.0-30.0)"},
		{"all are missing", series(lab.NA(lab.CauseNothingCame)), "n/a (nothing came)"},
	} {
		notes := footnotes{most: 20}
		if got := spreadOf(figuresOf(p99, tt.flows)).cell(milliseconds, 1, &notes); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	finite, infinite := spreadOf([]lab.Figure{near}), spreadOf([]lab.Figure{lab.Infinite()})
	if got := finite.against(infinite, lab.TCP, lab.UDP); got != "UDP lost" {
		t.Errorf("difference = %q, want UDP lost", got)
	}
}

// The chance that 3 numbers are all below or all above 3 others is 1 in 10.
func TestApartByChance(t *testing.T) {
	for n, want := range map[int]string{1: "100%", 2: "33.3%", 3: "10.0%"} {
		if got := percent(apartByChance(n), 1); got != want {
			t.Errorf("apartByChance(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestShortVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v0.0.0-20260905035102-160fafc42237": "20260905",
		"v1.2.3":                             "v1.2.3",
		"6.18.5-200-generic":                 "6.18.5-200-generic",
		"":                                   "",
	} {
		if got := shortVersion(version); got != want {
			t.Errorf("shortVersion(%q) = %q, want %q", version, got, want)
		}
	}
}
