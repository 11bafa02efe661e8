// Stones throws the same numbered stones over TCP and over UDP along the same
// path, and shows side by side what became of them.
package main

import (
	"context"
	"os"
	"os/signal"

	"golang.org/x/term"

	"stones/lab"
)

// version of the program, and of the documents it writes.
const version = "0.1.0"

func main() {
	p := program{
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: term.IsTerminal(int(os.Stderr.Fd())),
		dialogue: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())),
		display:  term.IsTerminal(int(os.Stdout.Fd())),
		run:      runAll,
	}
	os.Exit(p.exec(context.Background(), os.Args[1:]))
}

// runAll runs the experiments, which are all of one path. An interrupt ends them
// early with what is known by then; a second one ends the program at once.
//
// Only this part of the program listens for interrupts, so that they end it as
// usual while it waits for its input.
func runAll(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	return runAlong(ctx, paths()[es[0].Path], es, done)
}

// runAlong is runAll along the given path.
func runAlong(ctx context.Context, p lab.Path, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	results, err := lab.RunAll(ctx, es, p, done)
	if ctx.Err() != nil {
		return results, ctx.Err()
	}
	return results, err
}
