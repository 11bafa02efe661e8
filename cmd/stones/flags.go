package main

import (
	"strings"

	"github.com/spf13/pflag"

	"stones/lab/knob"
	"stones/lab/report"
	"stones/lab/report/glossary"
	"stones/lab/report/picture"
)

// A group is flags that stand together in the help.
type group struct {
	title string
	note  string
	flags *pflag.FlagSet
}

// groups returns the groups of flags of the command throw, still empty.
func groups() []group {
	all := []group{
		knob.Stones:  {title: "The stones", note: "Each of these also as --tcp-... and --udp-..., for one of the two."},
		knob.Way:     {title: "What may happen to them on the way (--path sim, netns)", note: "Each of these also as --...-back, for the way back. Without that, the way back has the same\n  delay, overtaking, bandwidth, queue and mtu, and nothing else happens there."},
		knob.Ends:    {title: "The two ends"},
		knob.Catcher: {title: "The catcher"},
		knob.Far:     {title: "Another computer, on which stones catch runs"},
		knob.Overall: {title: "The experiment"},
		knob.Kept:    {title: "The result"},
	}
	for i := range all {
		all[i].flags = pflag.NewFlagSet("", pflag.ContinueOnError)
		all[i].flags.SortFlags = false
	}
	return all
}

// addFlags adds all flags to the command.
func (t *throw) addFlags() []group {
	groups := groups()
	result := groups[knob.Kept].flags
	oneFormat(result, formats(), &t.format)
	plain(result, "json", "J", knob.Toggle(), &t.json)
	for _, k := range knob.All() {
		addKnob(groups[k.Group].flags, k, &t.settings)
	}
	groups[knob.Stones].flags.Var(listFlag{t.settings.AddFlow}, "flow", usage("flow"))
	groups[knob.Stones].flags.Var(listFlag{t.settings.AddOwn}, "with", usage("with"))
	plain(groups[knob.Stones].flags, "file", "F", knob.Word(), &t.load)
	plain(groups[knob.Stones].flags, "tiles", "", knob.Toggle(), &t.tiles)
	groups[knob.Way].flags.Var(listFlag{t.settings.AddChange}, "at", usage("at"))
	groups[knob.Way].flags.Var(listFlag{t.settings.AddCycle}, "every", usage("every"))
	t.settings.FromFiles(readValue)
	plain(groups[knob.Far].flags, "key-file", "", knob.Word(), &t.keyFile)
	plain(groups[knob.Overall].flags, "runs", "", knob.Whole(1, maxRuns), &t.runs)
	plain(groups[knob.Overall].flags, "experiment", "", knob.Word(), &t.file)
	plain(groups[knob.Overall].flags, "check", "", knob.Toggle(), &t.check)
	plain(result, "all", "", knob.Toggle(), &t.all)
	plain(result, "theory", "", knob.Toggle(), &t.theory)
	plain(result, "pcap", "", knob.Word(), &t.pcap)
	plain(result, "keep-caught", "", knob.Word(), &t.keep)
	plain(result, "picture", "", knob.OneOf(throwKinds()), &t.picture)
	plain(result, "measure", "", knob.OneOf(report.Keys()), &t.measure)
	plain(result, "zoom", "", zoomForm(), &t.zoom)
	plain(result, "theme", "", knob.OneOf([]string{light, dark}), &t.theme)
	plain(groups[knob.Overall].flags, "shard", "", shardForm(), &t.shard)
	plain(result, "resume", "", knob.Word(), &t.resume)
	plain(result, "out", "", knob.Word(), &t.out)
	plain(result, "force", "", knob.Toggle(), &t.force)
	for _, g := range groups {
		t.flags.AddFlagSet(g.flags)
	}
	return groups
}

// throwKinds are the pictures that a throw can draw.
func throwKinds() []string { return append(picture.Kinds(), picture.SweepKind) }

// usage is the help text of a flag: the short form in the glossary.
func usage(name string) string { return glossary.Short(glossary.Flag, name) }

// oneFormat adds the flag --format. Commands have different formats, so its help text
// lists those of this one.
func oneFormat(flags *pflag.FlagSet, names []string, field *string) {
	plain(flags, "format", "", knob.OneOf(names), field)
	flags.Lookup("format").Usage += ": " + strings.Join(names, ", ")
}

// varies says how a flag of that variant differs from its base.
func varies(v knob.Variant) string {
	over, back := v.Split()
	text := ""
	switch over {
	case string(knob.OverTCP):
		text = " over TCP"
	case string(knob.OverUDP):
		text = " over UDP"
	case string(knob.OverOwn):
		text = " of a protocol of its own"
	}
	if back {
		text += " on the way back"
	}
	return text
}

// baseOf returns the name of the flag of which a flag is a variant, and how it differs;
// otherwise its own name.
func baseOf(f *pflag.Flag) (base, variant string) {
	if k, ok := f.Value.(knobFlag); ok {
		return k.Base, varies(k.Variant)
	}
	return f.Name, ""
}
