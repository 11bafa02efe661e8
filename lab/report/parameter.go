package report

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// A parameter is one setting of a flow. Its word is that of the flag.
type parameter struct {
	word string
	of   func(e *lab.Experiment, flow string) string // as its flag takes it; empty means that nothing was chosen
	way  bool                                        // it is about the wire
	left string                                      // the words for nothing chosen

	number int // among all parameters
}

// parameters returns all of them but the seed. Experiments with the same parameters and
// the same seed give the same results.
func parameters() []parameter {
	var list, back []parameter
	for _, k := range knob.All() {
		p := parameter{word: k.Word, of: k.Of, way: k.Group == knob.Way && k.Word != "road", left: none}
		for i, list := range new(lab.Flow).Listed() {
			if k.Word == list.Word {
				p.of = andOfFlows(k.Of, func(f *lab.Flow) wire.Numbers { return *f.Listed()[i].Places })
			}
		}
		switch {
		case k.Variant == knob.Back:
			back = append(back, p)
			continue
		case k.Variant != knob.Plain || k.Group == knob.Kept || slices.Contains([]string{"seed", "ipv4", "only"}, k.Word):
			continue
		case k.Group == knob.Ends:
			p.left = theOwn
		}
		list = append(list, p)
	}
	list = slices.Concat(list, besideKnobs(), back)
	for i := range list {
		list[i].number = i
	}
	return list
}

// andOfFlows lists the packets that the wire drops by place, followed by those that are
// dropped of a flow, or of all flows of an experiment: 1,2; tcp 5.
func andOfFlows(wires func(*lab.Experiment, string) string, own func(*lab.Flow) wire.Numbers) func(*lab.Experiment, string) string {
	return func(e *lab.Experiment, flow string) string {
		var lists []string
		if text := wires(e, flow); text != "" {
			lists = append(lists, text)
		}
		for i := range e.Flows {
			if f := &e.Flows[i]; len(own(f)) > 0 && (flow == "" || flow == f.Name) {
				lists = append(lists, f.Name+" "+quantity.FormatNumbers(own(f)))
			}
		}
		return strings.Join(lists, "; ")
	}
}

// besideKnobs returns the parameters that are not knobs.
func besideKnobs() []parameter {
	timed := func(word string, of func(s wire.Shape) string) []parameter {
		return []parameter{
			{word: word, of: func(e *lab.Experiment, _ string) string { return of(e.Out) }, way: true},
			{word: word + backSuffix, of: func(e *lab.Experiment, _ string) string { return of(e.Back) }, way: true},
		}
	}
	return slices.Concat([]parameter{
		{word: "file", of: func(e *lab.Experiment, _ string) string { return fileWord(e.File) }},
		{word: "extra-delay", of: func(e *lab.Experiment, flow string) string {
			if f := e.Flow(flow); f != nil {
				return quantity.FormatDuration(f.ExtraDelay)
			}
			return ""
		}},
	}, timed("at", func(s wire.Shape) string { return listOf(s.At) }), timed("every", func(s wire.Shape) string { return listOf(s.Every) }))
}

// said is the value of the parameter, in words.
func (p parameter) said(e *lab.Experiment, flow string) string { return p.say(p.of(e, flow)) }

// say puts a value as the flag takes it into words.
func (p parameter) say(text string) string {
	switch text {
	case "":
		return cmp.Or(p.left, none)
	case "true":
		return yes
	case "false":
		return no
	default:
		return brief(text)
	}
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

// backSuffix turns the word of a knob into that of its twin for the way back.
const backSuffix = "-back"

// usualMTU is that of Ethernet, and is not shown.
const usualMTU = "1500"

// turned returns the settings of the way out, and of the way back, that differ from a
// perfect wire, as word and value. It leaves out what varies.
func turned(e *lab.Experiment, varying []parameter) (out, back []string) {
	unset := knob.Nothing()
	for _, p := range parameters() {
		word, ofBack := strings.CutSuffix(p.word, backSuffix)
		if !p.way || slices.ContainsFunc(varying, func(v parameter) bool { return v.word == p.word }) {
			continue
		}
		if text := p.of(e, ""); text != p.of(&unset, "") && (word != "mtu" || text != usualMTU) {
			list := &out
			if ofBack {
				list = &back
			}
			*list = append(*list, word+" "+p.said(e, ""))
		}
	}
	return out, back
}

// maxList is how long a list may be before only its beginning is shown, in bytes.
const maxList = 120

// brief shortens a long list to its beginning, the number of its entries, and its
// checksum, which distinguishes it from others.
func brief(text string) string {
	if len(text) <= maxList || !strings.Contains(text[:maxList-20], ",") {
		return text
	}
	n := strings.Count(text, ",") + 1
	return text[:strings.LastIndexByte(text[:maxList-20], ',')+1] + fmt.Sprintf(" ... (%d, %08x)", n, crc32.ChecksumIEEE([]byte(text)))
}

// listOf writes a list as its flag takes it.
func listOf[T any](list []T) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ",")
}

// seedsWord lists the seeds of the results, each once.
func (g *Gist) seedsWord() string {
	numbers := slices.Sorted(slices.Values(g.seeds))
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
