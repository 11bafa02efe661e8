package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/advice"
)

// Run runs one experiment along a path. Unless the experiment throws all together, the
// flows over each transport, and those of each protocol of one's own, have a world of
// their own, with the same wire.
//
// An error means that there is no result: the experiment is invalid, or the path could
// not be opened. An error within a flow is in its result, which is kept.
func Run(ctx context.Context, e lab.Experiment, p Path) (lab.Result, error) {
	if err := e.Validate(); err != nil {
		return lab.Result{}, err
	}
	if e.File.Is() && len(e.File.Content) != e.File.Bytes {
		return lab.Result{}, errNoContent
	}
	r := lab.Result{Experiment: e, Made: made()}
	groups := e.Groups()
	parts := make([][]lab.Outcome, len(groups))
	err := each(len(groups), p.Virtual, func(i int) (err error) {
		parts[i], err = runTogether(ctx, groups[i], p, e.Number)
		return err
	})
	if err != nil {
		return lab.Result{}, err
	}
	r.Flows = slices.Concat(parts...)
	r.Warnings = advice.Warnings(&e, r.Flows)
	return r, nil
}

// All runs the experiments, as many at once as there are processors if the path's time
// is virtual. After each it calls finished, which may be nil, with the number that have
// finished. Results are in the order of the experiments. Those that failed, or had not
// begun when ctx ended, have none; the error is that of the first such experiment.
func All(ctx context.Context, es []lab.Experiment, p Path, finished func(int)) ([]lab.Result, error) {
	results := make([]*lab.Result, len(es))
	errs := make([]error, len(es))
	var (
		mu    sync.Mutex
		count int
	)
	_ = each(len(es), p.Virtual, func(i int) error {
		if ctx.Err() != nil {
			errs[i] = context.Cause(ctx)
			return nil
		}
		r, err := Run(ctx, es[i], p)
		if err != nil {
			errs[i] = err
			return nil // the others go on
		}
		mu.Lock()
		defer mu.Unlock()
		results[i] = &r
		count++
		if finished != nil {
			finished(count)
		}
		return nil
	})
	var whole []lab.Result
	for _, r := range results {
		if r != nil {
			whole = append(whole, *r)
		}
	}
	return whole, cmp.Or(errs...)
}

// each calls do n times. If time is virtual, as many calls run at once as there are
// processors. Otherwise they run one after the other, because one would disturb the
// other, and in the caller's goroutine, so that a task of another world may call it.
func each(n int, virtual bool, do func(i int) error) error {
	if !virtual {
		for i := range n {
			if err := do(i); err != nil {
				return err
			}
		}
		return nil
	}
	var tasks errgroup.Group
	tasks.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		tasks.Go(func() error { return do(i) })
	}
	return tasks.Wait()
}

// runTogether runs all flows of the experiment in one world. Number says what the
// stones of the flow of a name are marked with.
func runTogether(ctx context.Context, e lab.Experiment, p Path, number func(name string) int) (done []lab.Outcome, err error) {
	w, err := p.Open(e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	var flows []*flow
	var tasks []func()
	for _, f := range e.Flows {
		x, err := newFlow(ctx, w, e, f, uint32(number(f.Name)))
		if x != nil {
			x.say = p.Say
		}
		if err != nil {
			for _, x := range flows {
				if x.catcher != nil {
					err = errors.Join(err, x.catcher.Close())
				}
			}
			return nil, err
		}
		flows = append(flows, x)
		defer x.over()
		telling, over := context.WithCancel(ctx)
		defer over()
		if x.far != nil {
			tasks = append(tasks, func() {
				defer over()
				x.runFar(ctx)
			})
		} else if f.Transport == lab.Own {
			tasks = append(tasks, func() {
				defer over()
				x.converse(ctx, e)
			})
		} else {
			if x.answers != nil {
				tasks = append(tasks, x.hearAnswers)
			}
			tasks = append(tasks, func() { x.catch() }, func() {
				defer over()
				x.throw(ctx)
			})
		}
		if p.Live != nil && x.step > 0 {
			tasks = append(tasks, func() { x.tell(telling, p.Live) })
		}
	}
	if err := w.Run(ctx, tasks...); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	for _, x := range flows {
		done = append(done, x.score(e))
	}
	share(flows, done)
	underLoad(flows, done, e)
	return done, nil
}

// made says what this program was made of.
func made() lab.Made {
	return lab.Made{Go: runtime.Version()}
}
