package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/protocol"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/report/picture"
)

// maxRuns is the limit of --runs.
const maxRuns = knob.MaxStreamed

// A throw is the command that throws stones and compares the transports.
type throw struct {
	program
	flags *pflag.FlagSet

	settings knob.Settings // what shapes the experiments

	keyFile string
	runs    int
	file    string // the file with experiments to run again
	load    string // the file to throw
	tiles   bool   // throw it as a picture, in tiles
	keep    string // the folder for what was caught of it
	format  string
	json    bool
	theory  bool
	all     bool   // show every row
	check   bool   // run twice, and say where the runs differ
	pcap    string // the file for the packets
	picture string // its kind, if any
	theme   string // the theme of a picture in a file
	zoom    picture.Zoom
	measure string // the figure in a picture of a sweep
	out     string // the file for the result
	force   bool   // overwrite existing files
	shard   shard  // the part of a sweep to run
	resume  string // the file to go on with

	consumed bytes.Buffer // what was read from standard input
}

// newThrow returns the command, and what its flags set.
func (p program) newThrow() (*cobra.Command, *throw) {
	cmd := &cobra.Command{
		Use:   "throw",
		Short: "Throw stones over TCP and over UDP, and compare",
		Long: `Throw the same stones over TCP and over UDP, and compare what became of them.

Several values with commas between them make a sweep: every combination is an
experiment of its own, with a row of its own.`,
		Example: `  stones throw                                the same stones, with 2% loss
  stones throw --loss 0%,1%,5%                three experiments
  stones throw --loss 1% --runs 20            one, on twenty roads
  stones throw --drop 50,51                   exactly these two are lost
  stones throw --rate 2000 --bandwidth 8Mbit  more than the link can carry
  stones throw --path host --rate max         this computer's own sockets
  stones throw --to 192.0.2.7                 at another computer: stones catch
  stones throw -J > kept.json                 keep the results ...
  stones throw --experiment kept.json         ... and run the same again`,
		Args: noWords,
	}
	t := &throw{program: p, flags: cmd.Flags(), runs: 1, format: "table", theme: light, measure: "goodput_bps", shard: shard{1, 1}}
	groups := t.addFlags()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return t.do(cmd.Context()) }
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		out := cmd.OutOrStdout()
		fmt.Fprintf(out, "Usage:\n  stones throw [flags]\n\nExamples:\n%s\n", cmd.Example)
		for _, g := range groups {
			fmt.Fprintf(out, "\n%s:\n%s", g.title, g.flags.FlagUsagesWrapped(100))
			if g.note != "" {
				fmt.Fprintf(out, "  %s\n", g.note)
			}
		}
		return nil
	})
	t.complete(cmd)
	return cmd, t
}

// complete says which words the shell may offer as values.
func (t *throw) complete(cmd *cobra.Command) {
	for name, words := range map[string][]string{
		"format":  formats(),
		"picture": throwKinds(),
		"measure": report.Keys(),
		"theme":   {light, dark},
	} {
		t.offer(cmd, name, words)
	}
	for _, k := range knob.All() {
		if k.Choices != nil {
			t.offer(cmd, k.Word, k.Choices)
		}
	}
}

// offer registers the words as completions of a flag's values, but only if a shell asks
// for completions: cobra never releases what is registered.
func (p program) offer(cmd *cobra.Command, name string, words []string) {
	if len(p.args) == 0 || p.args[0] != cobra.ShellCompRequestCmd && p.args[0] != cobra.ShellCompNoDescRequestCmd {
		return
	}
	// The only possible error is a flag that does not exist.
	if err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

// formats returns the names of all formats.
func formats() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq([]string{svg, png, jsonl}, maps.Keys(report.Formats))))
}

// do runs what the flags ask for.
func (t *throw) do(ctx context.Context) error {
	if err := t.carry(); err != nil {
		return err
	}
	if err := t.contradiction(); err != nil {
		return err
	}
	if t.json {
		t.format = "json"
	}
	if t.format == jsonl {
		return t.stream(ctx)
	}
	es, err := t.experiments()
	if err != nil {
		return err
	}
	if err := t.sit(es); err != nil {
		return err
	}
	if err := t.keepOne(es); err != nil {
		return err
	}
	for i := range es {
		if err := es[i].Validate(); err != nil {
			return err
		}
	}

	if t.check {
		if err := t.twice(ctx, es); err != nil {
			return err
		}
	}
	stdin := t.stdin
	if t.file == "-" {
		stdin = &t.consumed // to be read again
	}
	if entered, err := t.enter(es[0].Path, stdin); entered || err != nil {
		return err
	}
	var screen io.Writer
	if t.terminal {
		screen = t.stderr
	}
	run := t.run
	switch {
	case t.pcap != "":
		run = t.captured
	case es[0].Path == lab.Remote:
		run = t.afar
	}
	out, done, err := t.destination()
	if err != nil {
		return err
	}
	kept, err := t.keeper(es)
	if err != nil {
		_ = done(errNothing)
		return err
	}
	progress := newProgress(screen, len(es))
	results, err := run(ctx, es, progress.done)
	progress.end()
	if err := kept.write(results); err != nil {
		_ = done(errNothing)
		return &failure{exitUnfinished, fmt.Errorf("write what was caught: %w", err)}
	}
	if len(results) == 0 {
		_ = done(errNothing)
		return outcome(results, err)
	}
	doc := lab.Document{Version: version, Results: results}
	if failed := t.put(out, done, func(w io.Writer) error { return t.writer()(w, doc, t.view()) }); failed != nil {
		return worse(failed, outcome(results, err))
	}
	return outcome(results, err)
}

// errNothing is why there is no result to write.
var errNothing = errors.New("there is no result")

// outcome returns what went wrong, the worst first.
func outcome(results []lab.Result, err error) error {
	var broken, refused, unfinished error
	for _, r := range results {
		for _, x := range r.Flows {
			if x.Broken != "" {
				broken = cmp.Or(broken, fmt.Errorf("%s: a law is broken: %s", x.Name, x.Broken))
			}
			if x.Refused {
				refused = cmp.Or(refused, fmt.Errorf("%s: refused: %s", x.Name, x.Error))
			}
			if !x.Complete {
				unfinished = cmp.Or(unfinished, fmt.Errorf("%s: not complete: %s", x.Name, cmp.Or(x.Error, "no reason is known")))
			}
		}
	}
	switch {
	case broken != nil:
		return &failure{exitBroken, broken}
	case errors.Is(err, context.Canceled):
		return &failure{exitInterrupted, errors.New("interrupted; this is what was known by then")}
	case errors.As(err, new(*quantity.InvalidError)):
		return err
	case refused != nil:
		return &failure{exitRefused, refused}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &failure{exitRefused, err}
	case err != nil:
		return &failure{exitUnfinished, err}
	case unfinished != nil:
		return &failure{exitUnfinished, unfinished}
	}
	return nil
}

// contradiction returns an error if two flags cannot be combined, at least one of which
// is not a setting of an experiment.
func (t *throw) contradiction() error {
	given := t.flags.Changed
	if t.json && t.format != "json" && given("format") {
		return &knob.ConflictError{One: "--json", Other: "--format " + prose.Quote(t.format), Why: "--json is --format json"}
	}
	if t.theory && !t.json && report.WithTheory[t.format] == nil {
		return &knob.ConflictError{One: "--theory", Other: "--format " + prose.Quote(t.format), Why: "it has no room for theory"}
	}
	if err := cmp.Or(t.name(), t.streams(), t.undrawable(), t.unshown(), t.unsent()); err != nil {
		return err
	}
	if given("experiment") {
		if err := t.told(); err != nil {
			return err
		}
	}
	if why := knob.Unmet(lab.ItsPackets, t.settings.Path()); why != "" && given("pcap") && t.file == "" {
		return &knob.ConflictError{One: "--pcap", Other: t.settings.Where(), Why: why}
	}
	return nil
}

// told returns an error if a flag sets what the file of --experiment sets.
func (t *throw) told() error {
	for _, k := range t.settings.Turned() {
		if k.Group != knob.Kept {
			return &knob.ConflictError{One: "--experiment", Other: "--" + k.Word, Why: "the file says all of it"}
		}
	}
	if len(t.settings.Flows()) > 0 {
		return &knob.ConflictError{One: "--experiment", Other: "--flow", Why: "the file says all of it"}
	}
	if len(t.settings.Changes()) > 0 {
		return &knob.ConflictError{One: "--experiment", Other: "--at", Why: "the file says all of it"}
	}
	if len(t.settings.Cycles()) > 0 {
		return &knob.ConflictError{One: "--experiment", Other: "--every", Why: "the file says all of it"}
	}
	if t.flags.Changed("runs") {
		return &knob.ConflictError{One: "--experiment", Other: "--runs", Why: "the file says all of it"}
	}
	return nil
}

// experiments returns the experiments to run: those in the file, or those of the flags.
func (t *throw) experiments() ([]lab.Experiment, error) {
	if t.file == "" {
		return t.settings.Experiments(t.runs)
	}
	es, err := t.read()
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		if e.Path != es[0].Path {
			return nil, &quantity.InvalidError{Word: "experiment", Value: t.file, Why: fmt.Sprintf("experiments of two paths, %s and %s; one at a time", es[0].Path, e.Path)}
		}
	}
	if err := t.permitted(es); err != nil {
		return nil, err
	}
	if err := t.refill(es); err != nil {
		return nil, err
	}
	return es, t.settings.Keep(es)
}

// permitted returns an error if the file would run a program that --with does not name,
// or if --with names something that the file does not have.
func (t *throw) permitted(es []lab.Experiment) error {
	allowed, used := t.settings.Owns(), map[string]bool{}
	for _, e := range es {
		for _, f := range e.Flows {
			used[f.Own] = true
			if protocol.IsProgram(f.Own) && !slices.Contains(allowed, f.Own) {
				return &quantity.InvalidError{Word: "experiment", Value: t.file, Why: "it runs a program; if that is meant, say so: --with " + prose.Quote(f.Own)}
			}
		}
	}
	for _, own := range allowed {
		if !used[own] {
			return &knob.ConflictError{One: "--experiment", Other: "--with " + prose.Quote(own), Why: "the file says all of it"}
		}
	}
	return nil
}

// read reads the experiments of the file.
func (t *throw) read() ([]lab.Experiment, error) {
	name, in := "standard input", io.TeeReader(t.stdin, &t.consumed)
	if t.file != "-" {
		name = t.file
		if info, err := os.Stat(t.file); err == nil && !info.Mode().IsRegular() {
			return nil, &quantity.InvalidError{Word: "experiment", Value: t.file, Why: "not a file; allowed are files, and - for standard input"}
		}
		f, err := os.Open(t.file)
		if err != nil {
			return nil, &quantity.InvalidError{Word: "experiment", Value: t.file, Why: reason(err)}
		}
		defer f.Close()
		in = f
	}
	es, err := document.Experiments(in)
	if wrong := new(document.Error); errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s:%w", name, wrong)
	}
	if err != nil {
		return nil, &quantity.InvalidError{Word: "experiment", Value: t.file, Why: reason(err)}
	}
	return es, nil
}

// reason returns the system's error without the name of the file.
func reason(err error) string {
	if wrong := new(fs.PathError); errors.As(err, &wrong) {
		err = wrong.Err
	}
	if wrong := new(os.LinkError); errors.As(err, &wrong) {
		err = wrong.Err
	}
	return err.Error()
}
