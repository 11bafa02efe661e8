package run

import (
	"context"
	"runtime"
	"sync"

	"stones/lab"
)

// Stream runs n experiments, as many at once as there are processors if the path's time
// is virtual. made turns a result into what is kept of it, and each is called with
// that, in the order of the experiments, as soon as possible. No more than a few are
// held at a time. The first error ends it, and so does the end of ctx; results that
// this cut short are not kept.
func Stream[T any](ctx context.Context, n int, p Path, at func(i int) (lab.Experiment, error), made func(i int, r lab.Result) (T, error), each func(T) error) error {
	type job struct {
		number int
		done   chan struct{}
		value  T
		err    error
	}
	workers := 1
	if p.Virtual {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := func(j *job) {
		defer close(j.done)
		e, err := at(j.number)
		if err != nil {
			j.err = err
			return
		}
		r, err := Run(ctx, e, p)
		switch {
		case err != nil:
			j.err = err
		case ctx.Err() != nil:
			j.err = context.Cause(ctx)
		default:
			j.value, j.err = made(j.number, r)
		}
	}
	jobs := make(chan *job)
	queue := make(chan *job, 4*workers) // in order
	var tasks sync.WaitGroup
	for range workers {
		tasks.Go(func() {
			for j := range jobs {
				work(j)
			}
		})
	}
	tasks.Go(func() {
		defer close(jobs)
		defer close(queue)
		for i := range n {
			j := &job{number: i, done: make(chan struct{})}
			select {
			case queue <- j:
				jobs <- j
			case <-ctx.Done():
				return
			}
		}
	})
	var failed error
	for j := range queue {
		<-j.done
		if failed == nil {
			failed = j.err
		}
		if failed == nil {
			failed = each(j.value)
		}
		if failed != nil {
			stop(failed)
		}
	}
	tasks.Wait()
	if failed == nil {
		failed = context.Cause(ctx)
	}
	return failed
}
