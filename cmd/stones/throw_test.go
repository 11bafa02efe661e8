package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/pace"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// A desk is a program without a path: it keeps the experiments to run, and has their
// results prepared.
type desk struct {
	es      []lab.Experiment
	results []lab.Result
	err     error
	out     bytes.Buffer
	errors  bytes.Buffer
}

// do calls the program.
func (d *desk) do(t *testing.T, args ...string) (code int) {
	t.Helper()
	d.es = nil
	d.out.Reset()
	d.errors.Reset()
	p := program{
		stdin:  strings.NewReader(""),
		stdout: &d.out,
		stderr: &d.errors,
		run: func(_ context.Context, es []lab.Experiment, _ func(int)) ([]lab.Result, error) {
			d.es = es
			return d.results, d.err
		},
	}
	return p.exec(t.Context(), args)
}

// want reports how the experiments differ from what is wanted.
func (d *desk) want(t *testing.T, what func(lab.Experiment) string, want ...string) {
	t.Helper()
	var got []string
	for _, e := range d.es {
		got = append(got, what(e))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q\n%s", got, want, &d.errors)
	}
}

func TestDefaults(t *testing.T) {
	var d desk
	if code := d.do(t, "throw"); code != 0 {
		t.Fatalf("exit code %d: %s", code, &d.errors)
	}
	data, err := document.Marshal(d.es)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
  {
    "path": "sim",
    "seed": 1,
    "flows": [
      {
        "name": "tcp",
        "transport": "tcp",
        "count": 1000,
        "size": 200,
        "rate": "200/s"
      },
      {
        "name": "udp",
        "transport": "udp",
        "count": 1000,
        "size": 200,
        "rate": "200/s"
      }
    ],
    "out": {
      "delay": "20ms",
      "loss": "0.5%",
      "reorder": "1%",
      "bandwidth": "10Mbit",
      "queue": "100",
      "mtu": 1500
    },
    "back": {
      "delay": "20ms",
      "bandwidth": "10Mbit",
      "queue": "100",
      "mtu": 1500
    },
    "deadline": "60ms",
    "give_up": "1h"
  }
]
`
	if string(data) != want {
		t.Errorf("stones throw runs\n%s\nwant\n%s", data, want)
	}

	t.Log("# on the loopback nothing is emulated")
	d.do(t, "throw", "--path", "host")
	d.want(t, func(e lab.Experiment) string {
		return fmt.Sprint(e.Path, " ", e.Out.Delay, " ", e.Out.Loss, " ", e.GiveUp)
	}, "host 0s 0% 15s")
}

// What one flag sets.
func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		args string
		what func(lab.Experiment) any
		want string
	}{
		{"--rate 1.6Mbit", func(e lab.Experiment) any { return []pace.Rate{e.Plan(lab.TCP).Rate, e.Plan(lab.UDP).Rate} }, "[1.6Mbit 1.6Mbit]"},
		{"-b max", func(e lab.Experiment) any { return []pace.Rate{e.Plan(lab.TCP).Rate, e.Plan(lab.UDP).Rate} }, "[max max]"},
		{"--rate 10 --udp-rate 20", func(e lab.Experiment) any { return []pace.Rate{e.Plan(lab.TCP).Rate, e.Plan(lab.UDP).Rate} }, "[10/s 20/s]"},
		{"--tcp-rate 20", func(e lab.Experiment) any { return []pace.Rate{e.Plan(lab.TCP).Rate, e.Plan(lab.UDP).Rate} }, "[20/s 200/s]"},
		{"--count 5", func(e lab.Experiment) any { return []int{e.Plan(lab.TCP).Count, e.Plan(lab.UDP).Count} }, "[5 5]"},
		{"-t 1s", func(e lab.Experiment) any {
			return []any{e.Plan(lab.TCP).Count, e.Plan(lab.TCP).Time, e.Plan(lab.UDP).Count, e.Plan(lab.UDP).Time}
		}, "[0 1s 0 1s]"},
		{"--udp-time 1s", func(e lab.Experiment) any {
			return []any{e.Plan(lab.TCP).Count, e.Plan(lab.TCP).Time, e.Plan(lab.UDP).Count, e.Plan(lab.UDP).Time}
		}, "[1000 0s 0 1s]"},
		{"-l 64", func(e lab.Experiment) any { return []int{e.Plan(lab.TCP).Size, e.Plan(lab.UDP).Size} }, "[64 64]"},
		{"--tcp-size 100000", func(e lab.Experiment) any { return []int{e.Plan(lab.TCP).Size, e.Plan(lab.UDP).Size} }, "[100000 200]"},
		{"--pattern burst:10", func(e lab.Experiment) any { return []pace.Pattern{e.Plan(lab.TCP).Pattern, e.Plan(lab.UDP).Pattern} }, "[burst:10 burst:10]"},
		{"--only tcp", func(e lab.Experiment) any { return !e.Has(lab.UDP) }, "true"},
		{"--only udp", func(e lab.Experiment) any { return !e.Has(lab.TCP) }, "true"},

		{"--delay 30ms", func(e lab.Experiment) any { return []time.Duration{e.Out.Delay, e.Back.Delay} }, "[30ms 30ms]"},
		{"--delay 30ms --delay-back 5ms", func(e lab.Experiment) any { return []time.Duration{e.Out.Delay, e.Back.Delay} }, "[30ms 5ms]"},
		{"--delay-back 5ms --delay 30ms", func(e lab.Experiment) any { return []time.Duration{e.Out.Delay, e.Back.Delay} }, "[30ms 5ms]"},
		{"--delay 0", func(e lab.Experiment) any { return []any{e.Out.Delay, e.Out.Reorder} }, "[0s 0%]"},
		{"--loss 5%", func(e lab.Experiment) any { return []wire.Loss{e.Out.Loss, e.Back.Loss} }, "[5% 0%]"},
		{"--loss-back 5%", func(e lab.Experiment) any { return []wire.Loss{e.Out.Loss, e.Back.Loss} }, "[0.5% 5%]"},
		{"--jitter 5ms:normal --jitter-back 1ms", func(e lab.Experiment) any { return []wire.Jitter{e.Out.Jitter, e.Back.Jitter} }, "[5ms:normal 1ms]"},
		{"--overtake", func(e lab.Experiment) any { return []bool{e.Out.Overtake, e.Back.Overtake} }, "[true true]"},
		{"--overtake --overtake-back=false", func(e lab.Experiment) any { return []bool{e.Out.Overtake, e.Back.Overtake} }, "[true false]"},
		{"--reorder 3%:5", func(e lab.Experiment) any { return []wire.Reorder{e.Out.Reorder, e.Back.Reorder} }, "[3%:5 0%]"},
		{"--reorder-early 3%", func(e lab.Experiment) any { return e.Out.ReorderEarly }, "3%"},
		{"--duplicate 1% --corrupt 2%", func(e lab.Experiment) any { return []any{e.Out.Duplicate, e.Out.Corrupt} }, "[1% 2%]"},
		{"--drop 50,51", func(e lab.Experiment) any { return []any{e.Out.Drop, e.Back.Drop} }, "[[50 51] []]"},
		{"--drop-every 20", func(e lab.Experiment) any { return e.Out.DropEvery }, "20"},
		{"--hold 50:3,60:1", func(e lab.Experiment) any { return e.Out.Hold }, "[50:3 60:1]"},
		{"--bandwidth 1Mbit --queue 64kB", func(e lab.Experiment) any { return []any{e.Out.Bandwidth, e.Back.Bandwidth, e.Out.Queue, e.Back.Queue} }, "[1Mbit 1Mbit 64kB 64kB]"},
		{"--bandwidth unlimited", func(e lab.Experiment) any { return e.Out.Bandwidth }, "unlimited"},
		{"--mtu 600 --mtu-back 700", func(e lab.Experiment) any { return []int{e.Out.MTU, e.Back.MTU} }, "[600 700]"},

		{"-4", func(e lab.Experiment) any { return e.IPv6 }, "false"},
		{"-6", func(e lab.Experiment) any { return e.IPv6 }, "true"},
		{"-w 64kB", func(e lab.Experiment) any { return e.Buffer }, "64000"},
		{"-w 64KiB", func(e lab.Experiment) any { return e.Buffer }, "65536"},
		{"-w 8192", func(e lab.Experiment) any { return e.Buffer }, "8192"},
		{"-C cubic --recovery sack", func(e lab.Experiment) any { return e.Congestion + e.Recovery }, "cubicsack"},
		{"--deadline 0s --give-up 10s", func(e lab.Experiment) any { return []time.Duration{e.Deadline, e.GiveUp} }, "[0s 10s]"},
		{"--together", func(e lab.Experiment) any { return e.Together }, "true"},
		{"--together=false", func(e lab.Experiment) any { return e.Together }, "false"},
		{"--per-stone", func(e lab.Experiment) any { return e.PerStone }, "true"},
		{"--packets", func(e lab.Experiment) any { return e.Packets }, "true"},
		{"--seed 18446744073709551615", func(e lab.Experiment) any { return e.Seed }, "18446744073709551615"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			var d desk
			d.do(t, append([]string{"throw"}, strings.Fields(tt.args)...)...)
			d.want(t, func(e lab.Experiment) string { return fmt.Sprint(tt.what(e)) }, tt.want)
		})
	}
}

func TestSweep(t *testing.T) {
	var d desk
	t.Log("# the flag that comes last in the program's own order changes fastest")
	d.do(t, "throw", "--loss", "0%,5%", "--rate", "100,max")
	d.want(t, func(e lab.Experiment) string { return fmt.Sprint(e.Plan(lab.UDP).Rate, " ", e.Out.Loss) },
		"100/s 0%", "100/s 5%", "max 0%", "max 5%")

	t.Log("# both transports have the same, unless one of them has its own")
	d.do(t, "throw", "--rate", "100,200", "--tcp-rate", "10,20")
	d.want(t, func(e lab.Experiment) string { return fmt.Sprint(e.Plan(lab.TCP).Rate, " ", e.Plan(lab.UDP).Rate) },
		"10/s 100/s", "20/s 100/s", "10/s 200/s", "20/s 200/s")

	t.Log("# the seed is the fastest of all")
	d.do(t, "throw", "--loss", "0%,5%", "--runs", "2", "--seed", "7")
	d.want(t, func(e lab.Experiment) string { return fmt.Sprint(e.Out.Loss, " ", e.Seed) },
		"0% 7", "0% 8", "5% 7", "5% 8")

	t.Log("# the stones of a list belong together")
	d.do(t, "throw", "--drop", "1,2", "--delay", "1ms,2ms")
	d.want(t, func(e lab.Experiment) string { return fmt.Sprint(e.Out.Drop, e.Out.Delay) },
		"[1 2] 1ms", "[1 2] 2ms")

	t.Log("# no experiment shares its plans with another one")
	d.do(t, "throw", "--runs", "2")
	if d.es[0].Flow(lab.TCP) == d.es[1].Flow(lab.TCP) {
		t.Error("two plans are one")
	}

	t.Log("# ten thousand are possible")
	if d.do(t, "throw", "--runs", "10000"); len(d.es) != 10_000 {
		t.Errorf("%d experiments: %s", len(d.es), &d.errors)
	}
}

// The results decide the exit code, and are printed in any case.
func TestExitCodes(t *testing.T) {
	whole := lab.Outcome{Name: lab.TCP, Transport: lab.TCP, Complete: true}
	refused := lab.Outcome{Name: lab.TCP, Transport: lab.TCP, Error: "connection refused", Refused: true}
	cut := lab.Outcome{Name: lab.UDP, Transport: lab.UDP, Error: "gave up"}
	broken := lab.Outcome{Name: lab.UDP, Transport: lab.UDP, Complete: true, Broken: "3 = 2 + 2"}
	for _, tt := range []struct {
		name    string
		flows   []lab.Outcome
		err     error
		code    int
		message string
	}{
		{name: "complete", flows: []lab.Outcome{whole, whole}},
		{name: "not complete", flows: []lab.Outcome{whole, cut}, code: 1, message: "stones: udp: not complete: gave up\n"},
		{name: "a law is broken", flows: []lab.Outcome{whole, broken, cut}, code: 4, message: "stones: udp: a law is broken: 3 = 2 + 2\n"},
		{name: "interrupted", flows: []lab.Outcome{cut}, err: context.Canceled, code: 130, message: "stones: interrupted; this is what was known by then\n"},
		{name: "refused", flows: []lab.Outcome{refused, cut}, code: 3, message: "stones: tcp: refused: connection refused\n"},
		{name: "wrong after all", err: fmt.Errorf("lab: %w", &quantity.InvalidError{Word: "mtu", Value: "1", Why: "too small"}), code: 2, message: "stones: --mtu \"1\": too small\n"},
		{name: "no path", err: errors.New("lab: no\x1b[31m\nway"), code: 1, message: "stones: lab: no [31m way\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := desk{err: tt.err}
			if tt.flows != nil {
				d.results = []lab.Result{{Experiment: knob.Start("sim"), Flows: tt.flows}}
			}
			code := d.do(t, "throw", "-J")
			if code != tt.code || d.errors.String() != tt.message {
				t.Errorf("exit code %d, %q; want %d, %q", code, &d.errors, tt.code, tt.message)
			}
			if (d.out.Len() > 0) != (tt.flows != nil) {
				t.Errorf("printed: %s", &d.out)
			}
		})
	}
}

// An interrupt ends the experiments, and the results so far are kept.
func TestInterrupted(t *testing.T) {
	for _, path := range []string{lab.Sim, lab.Host} {
		t.Run(path, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			var out, errors bytes.Buffer
			p := program{stdout: &out, stderr: &errors, run: func(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
				time.AfterFunc(200*time.Millisecond, interrupt) // when it has begun
				return runAll(ctx, es, done)
			}}
			if code := p.exec(ctx, []string{"throw", "--path", path, "--time", "1h", "-J"}); code != 130 {
				t.Errorf("exit code %d; want 130: %s", code, &errors)
			}
			var doc lab.Document
			if err := document.Unmarshal(out.Bytes(), &doc); err != nil {
				t.Fatalf("what is kept is no document: %v\n%s", err, &out)
			}
			for _, x := range doc.Results[0].Flows {
				if x.Complete || x.Error == "" {
					t.Errorf("%s is not marked: %+v", x.Transport, x)
				}
			}
		})
	}
}

// A reader that goes away is not an error; a full disk is.
func TestCannotWrite(t *testing.T) {
	for _, tt := range []struct {
		err  error
		code int
		want string
	}{
		{&os.PathError{Op: "write", Path: "stdout", Err: syscall.EPIPE}, 0, ""},
		{&os.PathError{Op: "write", Path: "stdout", Err: syscall.ENOSPC}, 1, "stones: write the result: write stdout: no space left on device\n"},
	} {
		var errors bytes.Buffer
		p := program{
			stdout: failing{tt.err},
			stderr: &errors,
			run: func(_ context.Context, es []lab.Experiment, _ func(int)) ([]lab.Result, error) {
				return []lab.Result{{Experiment: es[0]}}, nil
			},
		}
		if code := p.exec(t.Context(), []string{"throw", "-J"}); code != tt.code || errors.String() != tt.want {
			t.Errorf("%v: exit code %d, %q; want %d, %q", tt.err, code, &errors, tt.code, tt.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen bytes.Buffer

		t.Log("# nothing is said within the first second")
		p := newProgress(&screen, 12)
		time.Sleep(time.Second / 2)
		p.done(3)
		p.end()
		if screen.Len() > 0 {
			t.Errorf("after half a second: %q", &screen)
		}

		t.Log("# then a line is written again and again, and removed at the end")
		p = newProgress(&screen, 12)
		p.done(9)
		time.Sleep(time.Second + time.Millisecond)
		p.done(10)
		time.Sleep(time.Second / 5)
		p.end()
		const want = "\r9 of 12 experiments, 1s" +
			"\r10 of 12 experiments, 1s" +
			"\r                        \r"
		if screen.String() != want {
			t.Errorf("after a second: %q; want %q", &screen, want)
		}

		t.Log("# of one there is only the time")
		screen.Reset()
		p = newProgress(&screen, 1)
		time.Sleep(time.Second + time.Millisecond)
		p.end()
		if want := "\r1 experiment, 1s\r                \r"; screen.String() != want {
			t.Errorf("of one: %q; want %q", &screen, want)
		}

		t.Log("# without a terminal nothing is said at all")
		p = newProgress(nil, 12)
		time.Sleep(time.Minute)
		p.end()
	})
}

// Every flag has a text, and those that shape experiments have a default that
// can be given.
func TestFlagsExplained(t *testing.T) {
	cmd := flagsOf(program{})
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Usage == "" {
			t.Errorf("--%s has no usage", f.Name)
		}
		if f.DefValue == "" || f.Value.Type() == "bool" {
			return
		}
		if err := f.Value.Set(f.DefValue); err != nil {
			t.Errorf("--%s %s, which is the default: %v", f.Name, f.DefValue, err)
		}
	})
}

// flagsOf returns the command throw.
func flagsOf(p program) *cobra.Command {
	cmd, _, _ := p.newRoot().Find([]string{"throw"})
	return cmd
}
