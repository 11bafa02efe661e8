// Stones throws the same numbered stones over TCP and over UDP along the same
// path, and shows side by side what became of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/term"

	"stones/lab"
	"stones/lab/path/host"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/run"
)

// version of the program, and of the documents it writes.
const version = lab.Version

func main() {
	os.Stderr = apart(os.Stderr)
	p := program{
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: term.IsTerminal(int(os.Stderr.Fd())),
		dialogue: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())),
		display:  term.IsTerminal(int(os.Stdout.Fd())),
		run:      runAll,
	}
	if p.display {
		p.page = page()
	}
	os.Exit(p.exec(context.Background(), os.Args[1:]))
}

// page is the view for the terminal that is standard output: as wide as that is, and in
// colour unless the user (no-color.org) or the terminal does not want it.
func page() report.View {
	v := report.View{Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && os.Getenv("TERM") != ""}
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		v.Width = width
	}
	return v
}

// runAll runs the experiments, which must be of one path. In real time it reports the
// progress on standard error.
func runAll(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	return runTelling(ctx, os.Stderr, es, done)
}

// runTelling is runAll with another writer for standard error.
func runTelling(ctx context.Context, stderr io.Writer, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	out := newAside(stderr)
	defer out.end()
	p := live(out, es[0].Path)
	p.Say = func(flow, line string) { fmt.Fprintf(out, "%s: %s\n", flow, line) }
	return runAlong(ctx, p, es, done)
}

// live returns the path of that name. In real time it reports the progress of each flow
// to w.
func live(w io.Writer, name string) run.Path {
	p := paths()[name]
	if p.Virtual {
		return p
	}
	return telling(w, p)
}

// telling returns p, which reports the progress of each flow to w in lines.
func telling(w io.Writer, p run.Path) run.Path {
	var mu sync.Mutex
	p.Live = func(l lab.Live) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(w, report.LiveRow(l))
	}
	return p
}

// runAlong is runAll along the given path. An interrupt ends the experiments early,
// with the results so far.
func runAlong(ctx context.Context, p run.Path, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	results, err := run.All(ctx, es, p, done)
	if ctx.Err() != nil {
		return results, ctx.Err()
	}
	return results, meant(err)
}

// meant turns an error of a path into one of the flag that caused it.
func meant(err error) error {
	if wrong := new(host.CongestionError); errors.As(err, &wrong) {
		return &quantity.InvalidError{Word: "congestion", Value: wrong.Name, Why: wrong.Why}
	}
	return err
}

// untilInterrupt returns ctx until an interrupt comes, or stop is called. A second
// interrupt ends the program at once.
//
// It is called only while the program works or waits for a peer, so that an interrupt
// ends the program as usual while it waits for input.
func untilInterrupt(ctx context.Context) (_ context.Context, stop func()) {
	ctx, quiet := signal.NotifyContext(ctx, interrupts()...)
	forget := context.AfterFunc(ctx, quiet)
	return ctx, func() {
		forget()
		quiet()
	}
}
