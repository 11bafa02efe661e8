package lesson

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/path"
	"stones/lab/prose"
	"stones/lab/report"
)

// A Figure is one number of a result, in a unit. Its name is the one it has in
// the JSON of a flow, with dots: delay_ms.max, wire.retransmitted.
type Figure struct {
	Transport string // tcp, udp or own; of several it is the first
	Name      string
	Unit      string // empty means the unit that the name says
}

// A kind of figures has units of its own.
type kind int

// The kinds of figures.
const (
	count kind = iota
	duration
	rate
)

// units are those in which a figure may be asked for, and how many of them the
// unit of the JSON is.
var units = map[kind]map[string]float64{
	count:    {"stones": 1, "copies": 1, "packets": 1, "segments": 1, "reads": 1, "holes": 1, "bytes": 1, "%": 1},
	duration: {"ms": 1, "s": 1e-3},
	rate:     {"bit/s": 1, "kbit/s": 1e-3, "Mbit/s": 1e-6},
}

// kindOf returns what the figure of that name counts.
func kindOf(name string) kind {
	switch {
	case strings.HasPrefix(name, "delay_ms.") || strings.HasSuffix(name, "_ms"):
		return duration
	case strings.HasSuffix(name, "_bps"):
		return rate
	}
	return count
}

// parseFigure reads a transport, a name and maybe a unit.
func parseFigure(transport, name, unit string) (Figure, error) {
	f := Figure{transport, name, unit}
	if known := append(lab.TransportNames(), lab.Own); !slices.Contains(known, transport) {
		return f, errors.New(unknown("transport", transport, known))
	}
	if known := names(); !slices.Contains(known, name) && !strings.HasPrefix(name, "not_thrown.") {
		return f, errors.New(unknown("figure", name, known))
	}
	allowed := units[kindOf(name)]
	if _, ok := allowed[unit]; !ok && unit != "" {
		return f, fmt.Errorf("%s is no unit for %s; allowed %s", prose.Quote(unit), name, strings.Join(slices.Sorted(maps.Keys(allowed)), ", "))
	}
	return f, nil
}

// row is the key of the measure in a report that the figure is.
func (f Figure) row() string {
	of, name, within := strings.Cut(f.Name, ".")
	switch {
	case !within:
		return f.Name
	case of == "delay_ms":
		return "delay_" + name + "_ms"
	case of == "caught":
		return "file_" + name
	case f.Name == "waiting.earlier.stones":
		return "waited_for_earlier"
	case slices.Contains(report.Keys(), of+"_"+name):
		return of + "_" + name
	}
	return name
}

// names returns the figures that a flow has.
func names() []string {
	var all []string
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, v := range v {
				walk(prefix+"."+name, v)
			}
		case float64, bool:
			all = append(all, strings.TrimPrefix(prefix, "."))
		}
	}
	walk("", fields(lab.Outcome{Refused: true, Wire: lab.Wire{Back: &path.Direction{}}, Caught: &lab.Caught{}, CutLetters: &lab.Figure{}, Answers: &lab.Answers{}}))
	slices.Sort(all)
	return all
}

// fields is a flow as its JSON has it.
func fields(x lab.Outcome) (all map[string]any) {
	x.Samples, x.Stones = nil, nil // not figures, but many
	data, err := document.Marshal(x)
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		panic(fmt.Sprintf("lesson: a flow without JSON: %v", err)) // it is plain data
	}
	return all
}

// Of returns the figure of a result, or the reason why it has no value. What is
// true counts 1, what is false or not there 0.
func (f Figure) Of(r lab.Result) lab.Figure {
	for _, x := range r.Flows {
		if x.Transport != f.Transport {
			continue
		}
		var v, why any = fields(x), nil
		for name := range strings.SplitSeq(f.Name, ".") {
			of, _ := v.(map[string]any)
			reasons, _ := of["why"].(map[string]any)
			v, why = of[name], reasons[name]
		}
		switch v := v.(type) {
		case float64:
			return f.in(v, x)
		case nil:
			if why, ok := why.(string); ok {
				return lab.Figure{Why: lab.ParseReason(why)}
			}
		case bool:
			if v {
				return lab.Number(1)
			}
		}
		return lab.Number(0)
	}
	return lab.NA(lab.CauseNotThrown)
}

// in is a value of the JSON in the unit of f.
func (f Figure) in(v float64, x lab.Outcome) lab.Figure {
	switch {
	case f.Unit == "":
		return lab.Number(v)
	case f.Unit != "%":
		return lab.Number(v * units[kindOf(f.Name)][f.Unit])
	}
	whole := f.whole(x)
	if whole == 0 {
		return lab.NA(lab.CauseShareOfNone)
	}
	return lab.Number(100 * v / whole)
}

// whole is what a share of the figure is a share of: the same as in the table.
func (f Figure) whole(x lab.Outcome) float64 {
	switch {
	case strings.HasPrefix(f.Name, "wire.back.") && x.Wire.Back != nil:
		return float64(x.Wire.Back.Sent)
	case strings.HasPrefix(f.Name, "wire."):
		return x.Wire.Packets.Value
	case slices.Contains([]string{"late", "held_up", "reordered", "reordered_3"}, f.Name):
		return float64(x.Delivered)
	}
	return float64(x.Thrown)
}

func (f Figure) String() string { return f.Transport + " " + f.Name }

// number reads a number as people write it.
func number(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 20 || strings.Trim(text, "0123456789.") != "" {
		return 0, fmt.Errorf("%s is not a number; write e.g. 12 or 0.5", prose.Quote(text))
	}
	return v, nil
}

// round leaves three digits behind the point: the clock of a stack is a few
// nanoseconds ahead.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }

// write writes v with up to three digits behind the point.
func write(v float64) string { return strconv.FormatFloat(round(v), 'f', -1, 64) }
