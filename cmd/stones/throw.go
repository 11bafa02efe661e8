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
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/report/picture"
)

// Limits of one call.
const (
	maxExperiments = 10_000
	maxRuns        = 10_000
)

// A throw is the command that does what the program is for.
type throw struct {
	program
	flags *pflag.FlagSet

	knobs       []string // names of the flags that shape experiments, in the order in which they are turned
	impairments []string // of these: what only an emulated path can do

	path     string
	to       string // where the catcher is, if it is elsewhere
	tls      bool
	keyFile  string
	seed     uint64
	runs     int
	only     string
	file     string // with experiments to run again
	format   string
	json     bool
	perStone bool
	interval time.Duration
	theory   bool
	packets  bool
	pcap     string // file for the packets
	picture  string // which one, if any
	theme    string // of a picture in a file
	out      string // file for the result
	force    bool   // the files may be there already

	consumed bytes.Buffer // what was read of standard input
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
	t := &throw{program: p, flags: cmd.Flags(), path: lab.Sim, seed: 1, runs: 1, format: "table", theme: light}
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
		"path":     {lab.Sim, lab.Host, lab.Netns, lab.Remote},
		"only":     {lab.TCP, lab.UDP},
		"recovery": {"rack", "sack"},
		"format":   formats(),
		"picture":  picture.Kinds(),
		"theme":    {light, dark},
	} {
		// The only possible error is a flag that does not exist.
		if err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err)
		}
	}
}

// formats returns the names of all formats.
func formats() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq([]string{svg, png}, maps.Keys(report.Formats))))
}

// do runs what the flags ask for.
func (t *throw) do(ctx context.Context) error {
	if err := t.contradiction(); err != nil {
		return err
	}
	if t.json {
		t.format = "json"
	}
	es, err := t.experiments()
	if err != nil {
		return err
	}
	if err := t.sit(es); err != nil {
		return err
	}
	for i := range es {
		es[i].PerStone = es[i].PerStone || t.perStone
		es[i].Interval = cmp.Or(t.interval, es[i].Interval)
		es[i].Packets = es[i].Packets || t.packets
		if err := es[i].Validate(); err != nil {
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
	progress := newProgress(screen, len(es))
	results, err := run(ctx, es, progress.done)
	progress.end()
	if len(results) == 0 {
		_ = done(errNothing)
		return outcome(results, err)
	}
	doc := lab.Document{Version: version, Results: results}
	if err := done(t.writer()(out, doc)); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
	}
	return outcome(results, err)
}

// errNothing is why there is no result to write.
var errNothing = errors.New("there is no result")

// outcome says what was not as it should be, the worst first.
func outcome(results []lab.Result, err error) error {
	var broken, refused, unfinished error
	for _, r := range results {
		for _, x := range r.Flows {
			if x.Broken != "" {
				broken = cmp.Or(broken, fmt.Errorf("%s: a law is broken: %s", x.Transport, x.Broken))
			}
			if x.Refused {
				refused = cmp.Or(refused, fmt.Errorf("%s: refused: %s", x.Transport, x.Error))
			}
			if !x.Complete {
				unfinished = cmp.Or(unfinished, fmt.Errorf("%s: not complete: %s", x.Transport, cmp.Or(x.Error, "no reason is known")))
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

// contradiction returns an error if two flags cannot both be meant.
func (t *throw) contradiction() error {
	given := func(name string) bool { return t.flags.Changed(name) }
	exclude := func(a, b, why string) error {
		if given(a) && given(b) {
			return fmt.Errorf("--%s and --%s exclude each other: %s", a, b, why)
		}
		return nil
	}
	err := exclude("ipv4", "ipv6", "choose one")
	if t.json && t.format != "json" && given("format") {
		return fmt.Errorf("--json and --format %s exclude each other: --json is --format json", prose.Quote(t.format))
	}
	for _, count := range []string{"count", "tcp-count", "udp-count"} {
		for _, time := range []string{"time", "tcp-time", "udp-time"} {
			if count == "count" || time == "time" || count[:3] == time[:3] {
				err = cmp.Or(err, exclude(count, time, "each says when to stop"))
			}
		}
	}
	if t.only == lab.UDP && given("congestion") {
		err = cmp.Or(err, fmt.Errorf("--congestion and --only %q exclude each other: nothing goes over TCP", t.only))
	}
	for _, name := range t.knobs {
		transport, _, _ := strings.Cut(name, "-")
		if one := transport == lab.TCP || transport == lab.UDP; one && t.only != "" && t.only != transport && given(name) {
			err = cmp.Or(err, fmt.Errorf("--%s and --only %q exclude each other: nothing goes over %s", name, t.only, strings.ToUpper(transport)))
		}
	}
	if t.theory && !t.json && report.WithTheory[t.format] == nil {
		err = cmp.Or(err, fmt.Errorf("--theory and --format %s exclude each other: it has no room for theory", prose.Quote(t.format)))
	}
	err = cmp.Or(err, t.undrawable(), t.unsent())
	for _, name := range slices.Concat(t.knobs, []string{"path", "to", "tls", "seed", "runs", "only"}) {
		err = cmp.Or(err, exclude("experiment", name, "the file says all of it"))
	}
	if t.path == lab.Host {
		for _, name := range t.impairments {
			if given(name) {
				err = cmp.Or(err, fmt.Errorf(`--%s and --path "host" exclude each other: nothing is emulated there`, name))
			}
		}
		for _, name := range []string{"packets", "pcap"} {
			if given(name) {
				err = cmp.Or(err, fmt.Errorf(`--%s and --path "host" exclude each other: it does not show its packets`, name))
			}
		}
	}
	return err
}

// experiments returns what to run: what the file holds, or what the flags say.
func (t *throw) experiments() ([]lab.Experiment, error) {
	if t.file == "" {
		return t.sweep()
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
	return es, nil
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
	es, err := lab.ReadExperiments(in, version)
	if wrong := new(lab.DocumentError); errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s:%w", name, wrong)
	}
	if err != nil {
		return nil, &quantity.InvalidError{Word: "experiment", Value: t.file, Why: reason(err)}
	}
	return es, nil
}

// reason returns what the system says, without the name of the file.
func reason(err error) string {
	if wrong := new(fs.PathError); errors.As(err, &wrong) {
		err = wrong.Err
	}
	return err.Error()
}

// sweep returns an experiment for every combination of values. The knob that
// comes last changes fastest, and the seed faster still.
func (t *throw) sweep() ([]lab.Experiment, error) {
	var turned []knob
	combinations := t.runs
	for _, name := range t.knobs {
		if k := t.knob(name); k.len() > 0 {
			if twice := repeated(k); twice != "" {
				return nil, &quantity.InvalidError{Word: name, Value: twice, Why: "given twice; the same again is what --runs is for"}
			}
			turned = append(turned, k)
			combinations *= k.len()
		}
		if combinations > maxExperiments {
			return nil, fmt.Errorf("more than %d experiments in one call; give fewer values, or fewer --runs", maxExperiments)
		}
	}
	if t.seed > math.MaxUint64-uint64(t.runs-1) {
		return nil, &quantity.InvalidError{Word: "seed", Value: fmt.Sprint(t.seed), Why: fmt.Sprintf("no %d --runs from there; the last seed is %d", t.runs, uint64(math.MaxUint64))}
	}
	es := make([]lab.Experiment, combinations)
	for i := range es {
		e := start(t.along())
		e.Seed = t.seed + uint64(i%t.runs)
		stride := combinations
		for _, k := range turned {
			stride /= k.len()
			k.turn(&e, i/stride%k.len())
		}
		t.settle(&e)
		es[i] = e
	}
	return es, nil
}

// repeated returns a value that a sweep has twice, or nothing.
func repeated(k knob) string {
	if k.len() < 2 {
		return ""
	}
	values := strings.Split(k.String(), ",")
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			return v
		}
	}
	return ""
}

// settle draws the conclusions of what was asked for.
func (t *throw) settle(e *lab.Experiment) {
	if e.TCP.Time > 0 {
		e.TCP.Count = 0
	}
	if e.UDP.Time > 0 {
		e.UDP.Count = 0
	}
	// By default some packets are held back until others have passed. Without a
	// delay there is no room for that.
	if e.Out.Delay == 0 && !t.flags.Changed("reorder") {
		e.Out.Reorder.Share = 0
	}
	e.To, e.TLS = t.to, t.tls
	if strings.Count(t.to, ":") > 1 { // an IPv6 address
		e.IPv6 = true
	}
	switch t.only {
	case lab.TCP:
		e.UDP = nil
	case lab.UDP:
		e.TCP = nil
	}
}

// knob returns the knob of the flag with the given name.
func (t *throw) knob(name string) knob {
	return t.flags.Lookup(name).Value.(*once).Value.(knob)
}
