package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/run"
)

// jsonl is the format with one result a line, each written as soon as possible.
const jsonl = "jsonl"

// A shard is a part of a sweep: every of-th experiment, beginning with the one of that
// number.
type shard struct{ number, of int }

// maxShards is into how many parts a sweep may be divided.
const maxShards = 1_000_000

// shardForm is the form of a shard: 2/16.
func shardForm() knob.Form[shard] {
	return knob.Form[shard]{
		Read: func(text string) (shard, error) {
			number, of, ok := strings.Cut(text, "/")
			k, err := strconv.Atoi(number)
			n, errOf := strconv.Atoi(of)
			if !ok || err != nil || errOf != nil || k < 1 || k > n || n > maxShards {
				return shard{}, fmt.Errorf("not a shard; write which one of how many, as in 2/16, from 1/1 to %d/%[1]d", maxShards)
			}
			return shard{k, n}, nil
		},
		Write: func(s shard) string { return fmt.Sprintf("%d/%d", s.number, s.of) },
	}
}

// len is how many of n experiments belong to the shard.
func (s shard) len(n int) int { return (n - s.number + s.of) / s.of }

// place is the place of the shard's experiment i in the sweep, from 0.
func (s shard) place(i int) int { return s.number - 1 + i*s.of }

// streams returns an error if the flags of a stream of results cannot be combined.
func (t *throw) streams() error {
	given := t.flags.Changed
	if given("resume") {
		switch {
		case given("out") && t.out != t.resume:
			return &knob.ConflictError{One: "--resume " + prose.Quote(t.resume), Other: "--out " + prose.Quote(t.out), Why: "it goes on in the file that it names"}
		case given("format") && t.format != jsonl:
			return &knob.ConflictError{One: "--resume", Other: "--format " + prose.Quote(t.format), Why: "only lines of jsonl can be gone on with"}
		}
		t.format = jsonl
	}
	if t.format == jsonl {
		for _, other := range []string{"picture", "pcap", "keep-caught", "theory", "experiment", "json", "check"} {
			if given(other) {
				return &knob.ConflictError{One: "--" + other, Other: "--format " + prose.Quote(jsonl), Why: "a line holds one result of flags, and nothing besides"}
			}
		}
		return nil
	}
	if given("shard") {
		return &knob.ConflictError{One: "--shard", Other: "--format " + prose.Quote(t.format), Why: "parts of a sweep are put together from lines of jsonl"}
	}
	return nil
}

// fingerprint is a hash of the result of a fixed experiment: programs with the same one
// give the same results.
func fingerprint(ctx context.Context) (string, error) {
	e := knob.Start(lab.Sim)
	for i := range e.Flows {
		e.Flows[i].Plan.Count = 200
	}
	r, err := run.Run(ctx, e, paths()[lab.Sim])
	if err != nil {
		return "", err
	}
	r.Made = lab.Made{}
	data, err := document.Marshal(r)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]), err
}

// streamBallast is the size of memory that is never written, and so takes none, but
// that the garbage collector counts as in use. It then runs only after as much garbage.
// Otherwise small experiments would have it run hundreds of times a second, on all
// cores.
const streamBallast = 16 << 20

// stream runs a sweep and writes the results in order, each as soon as possible.
func (t *throw) stream(ctx context.Context) error {
	n, at, err := t.settings.Sweep(t.runs, knob.MaxStreamed)
	if err != nil {
		return err
	}
	first, err := at(0)
	if err != nil {
		return err
	}
	if first.Path == lab.Remote {
		return &knob.ConflictError{One: "--format " + prose.Quote(jsonl), Other: "--to", Why: "a sweep is run on this computer"}
	}
	if entered, err := t.enter(first.Path, t.stdin); entered || err != nil {
		return err
	}
	print, err := fingerprint(ctx)
	if err != nil {
		return err
	}
	count := t.shard.len(n)
	line := func(i int, r lab.Result) document.Line {
		return document.Line{Version: version, Fingerprint: print, Place: t.shard.place(i) + 1, Of: n, Result: r}
	}
	var worst error
	out, kept, err := t.goOn(func(i int) (document.Line, error) {
		if i >= count {
			return document.Line{}, fmt.Errorf("there are %s, and this is one more", prose.Plural(count, "result"))
		}
		e, err := at(t.shard.place(i))
		return line(i, lab.Result{Experiment: e}), err
	}, func(r lab.Result) {
		for i := range r.Flows {
			r.Flows[i].Broken = lawOf(r.Flows[i])
		}
		worst = worse(worst, outcome([]lab.Result{r}, nil))
	})
	if err != nil {
		return err
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	ballast := make([]byte, streamBallast)
	defer runtime.KeepAlive(ballast)
	type text struct {
		line []byte
		bad  error
	}
	progress := newProgress(t.screen(), count)
	done := kept
	err = run.Stream(ctx, count-kept, paths()[first.Path],
		func(i int) (lab.Experiment, error) { return at(t.shard.place(kept + i)) },
		func(i int, r lab.Result) (text, error) {
			data, err := document.MarshalLine(line(kept+i, r))
			return text{data, outcome([]lab.Result{r}, nil)}, err
		},
		func(x text) error {
			if _, err := out.Write(x.line); err != nil {
				return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
			}
			worst = worse(worst, x.bad)
			done++
			progress.done(done)
			return nil
		})
	progress.end()
	err = errors.Join(err, out.Close())
	switch {
	case errors.Is(err, syscall.EPIPE):
		return nil
	case errors.Is(err, context.Canceled):
		return &failure{exitInterrupted, fmt.Errorf("interrupted; %d of %s are kept, go on with --resume", done, prose.Plural(count, "result"))}
	case err != nil:
		return err
	}
	return worst
}

// worse returns the error with the higher exit code, or the first of two that are
// equal.
func worse(a, b error) error {
	x, y := new(failure), new(failure)
	switch {
	case !errors.As(b, &y):
		return a
	case !errors.As(a, &x) || y.code > x.code:
		return b
	}
	return a
}

// screen is where progress is shown; nil means nowhere.
func (t *throw) screen() io.Writer {
	if t.terminal {
		return t.stderr
	}
	return nil
}

// goOn opens the destination of the lines. With --resume it keeps the complete lines of
// the file, which must be those that want returns, cuts off an incomplete one at the
// end, and returns how many it kept. It calls had with the result of each.
func (t *throw) goOn(want func(i int) (document.Line, error), had func(r lab.Result)) (out io.WriteCloser, kept int, err error) {
	if t.resume == "" {
		out, done, err := t.destination()
		if err != nil {
			return nil, 0, err
		}
		return &destined{out, done}, 0, nil
	}
	wrong := func(why string) error { return &quantity.InvalidError{Word: "resume", Value: t.resume, Why: why} }
	f, err := os.OpenFile(t.resume, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, 0, wrong(reason(err))
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, 0, wrong("it is no file that can be gone on with")
	}
	end := int64(0)
	err = document.Lines(f,
		func(l document.Line, at document.Span) error {
			w, err := want(kept)
			switch {
			case err != nil:
				return fmt.Errorf("line %d: %w", kept+1, err)
			case l.Version != w.Version || l.Fingerprint != w.Fingerprint:
				return fmt.Errorf("line %d: made by another program (version %s, fingerprint %s; this is %s, %s)", kept+1, prose.Quote(l.Version), prose.Quote(l.Fingerprint), w.Version, w.Fingerprint)
			case l.Place != w.Place || l.Of != w.Of:
				return fmt.Errorf("line %d: result %d of %d; expected %d of %d", kept+1, l.Place, l.Of, w.Place, w.Of)
			case !same(l.Result.Experiment, w.Result.Experiment):
				return fmt.Errorf("line %d: the experiment is not the one of this sweep", kept+1)
			}
			had(l.Result)
			kept, end = kept+1, at.End
			return nil
		},
		func(bad *document.LineError) error {
			if bad.Torn {
				return nil
			}
			return fmt.Errorf("line %d: %s", bad.Line, bad.Why)
		})
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, wrong(reason(err))
	}
	return f, kept, nil
}

// same reports whether two experiments are equal as JSON.
func same(a, b lab.Experiment) bool {
	one, err := document.Marshal(a)
	two, errTwo := document.Marshal(b)
	return err == nil && errTwo == nil && string(one) == string(two)
}

// destined is a destination with a Close method.
type destined struct {
	io.Writer
	done func(error) error
}

func (d *destined) Close() error { return d.done(nil) }
