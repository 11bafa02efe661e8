package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync/atomic"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/stone"
	"stones/lab/tally"
)

// A thrower and a catcher are what tcp and udp have in common.
type (
	thrower interface {
		Throw(context.Context, iter.Seq[stone.Stone]) iter.Seq2[stone.Stone, error]
		Answers() iter.Seq2[stone.Stone, error]
		SetDeadline(time.Time) error
		Close() error
	}
	catcher interface {
		Catch() iter.Seq2[stone.Stone, error]
		Close() error
	}
)

// flow is one run of a plan over a transport.
type flow struct {
	lab.Flow
	is       lab.Transport
	id       uint32 // what its stones are marked with
	world    World
	schedule *pace.Schedule
	start    time.Duration   // when it connects
	limit    time.Duration   // of the whole: when everything that waits gives up
	home     time.Duration   // the longest delay of an answer on an emulated way, without its queue
	answers  *answers        // nil if the catcher does not answer
	dies     int             // after how many stones the catcher closes; 0 means never
	asleep   time.Duration   // until when the catcher does not read
	awake    context.Context // ends when nothing is left to read
	over     func()          // ends awake
	step     time.Duration   // length of an interval; 0 if none are kept
	catcher  catcher
	address  string // of the catcher

	elsewhere // if one end is on another computer

	cargo func(n uint64) string // what stone n carries; nil if they carry nothing
	got   *lab.Catch            // what arrived of the file; nil if there is none
	text  *text                 // how the text was read; nil if there is none, or it is read elsewhere
	ear   *path.Ear             // at the thrower's sockets; nil if nothing is overheard

	notes []lab.Note              // of a protocol of one's own
	say   func(flow, line string) // shows what its programs write to standard error; may be nil

	// Written by the throwing task.
	began     time.Duration // when the thrower began to connect
	connected time.Duration // when it was connected
	end       time.Duration // of its span, once it is scored
	tally     tally.Tally   // that was scored
	answered  bool
	throws    tally.Throws
	attempted atomic.Int64 // for the task that reports the progress
	throwErr  error
	lastDue   []uint64 // the highest number due until the end of each interval
	cut       bool     // the context ended, or the limit passed, while a stone may have been in flight

	// Written by the catching task; counted is for the throwing one.
	catches  *tally.Catches
	reads    *int
	arrived  atomic.Int64
	catchErr error
}

// newFlow makes a flow of the experiment, and opens its catcher in the world. Its
// stones are marked with the id.
func newFlow(ctx context.Context, w World, e lab.Experiment, f lab.Flow, id uint32) (*flow, error) {
	x := &flow{Flow: f, is: f.Is(), id: id, world: w}
	schedule, err := pace.NewSchedule(x.Plan, e.SeedOf(f.Name))
	if err != nil {
		return nil, err
	}
	x.follow(schedule)
	x.step = e.Interval
	x.cargo = e.Carries(x.Plan.Size)
	if e.File.Is() {
		x.got = e.File.Catch(x.Plan.Size)
	}
	if e.Overhear {
		x.ear = &path.Ear{Now: w.Now}
	}
	x.asleep = w.Now() + e.Asleep
	x.dies = e.Dies
	if e.Answer {
		x.answers = &answers{}
		back := e.Facing(&f).Back
		x.home = back.Delay + back.Jitter.Max + f.ExtraDelay
	}
	x.awake, x.over = context.WithCancel(ctx)
	x.start = w.Now() + f.Start.At(e.Seed, int(id))
	x.limit = x.start + schedule.Length() + e.GiveUp
	if far, ok := w.(Far); ok { // nothing can listen before that end agrees
		x.elsewhere = elsewhere{far: far, reverse: e.Reverse, giveUp: e.GiveUp}
		x.address = w.Address(f.Name)
		return x, nil
	}
	if f.Transport == lab.Own {
		x.reads = new(int)
		return x, nil
	}
	if err := x.listen(ctx, x.readSize(&e)); err != nil {
		return nil, err
	}
	if e.Nobody { // the address is one where nobody listens any more
		return x, x.catcher.Close()
	}
	return x, nil
}

// readSize is how many bytes the catcher asks its socket for at once; 0 means its
// default. On a stack of this program nothing arrives but the flow's own stones. Room
// for all of them, or for one datagram, is enough, and more would have to be cleared
// for each flow of a sweep.
func (x *flow) readSize(e *lab.Experiment) int {
	if e.ReadSize != 0 || !lab.OwnStack.Met(e.Path) {
		return e.ReadSize
	}
	if !x.is.Ordered {
		return x.Plan.Size
	}
	return min(x.schedule.Count()*x.Plan.Size, stone.ReadSize)
}

// follow sets the schedule. Nothing may have been thrown or caught yet.
func (x *flow) follow(schedule *pace.Schedule) {
	x.schedule = schedule
	x.throws.Planned = schedule.Count()
	if schedule.Paced() {
		x.catches = tally.NewCatches(schedule.Count(), schedule.Offset)
	} else {
		x.catches = tally.NewCatches(schedule.Count(), nil)
	}
}

// listen opens the catcher's end.
func (x *flow) listen(ctx context.Context, readSize int) error {
	at := x.world.Address(x.Name)
	return speak[x.Transport].listen(ctx, x, at, readSize)
}

// throw is the throwing task: it connects, throws, waits until nothing is in flight,
// and then closes the catcher, so that the catching task ends too.
func (x *flow) throw(ctx context.Context) {
	defer func() {
		x.cut = x.cut || ctx.Err() != nil
		x.over()
		_ = x.catcher.Close()
	}()
	if x.throwErr = x.world.SleepUntil(ctx, x.start); x.throwErr != nil {
		return
	}
	t := x.ask(ctx)
	if t == nil {
		return
	}
	defer t.Close()
	x.listenTo(t)
	x.throwAll(ctx, t)
	_ = x.world.SleepUntil(ctx, min(x.asleep, x.limit)) // ended early, it ends the drain too
	x.world.Drain(ctx, x.Name, x.limit, func() bool { return x.arrived.Load() >= int64(x.throws.Thrown) })
	x.awaitAnswers(ctx)
	if x.world.Now() >= x.limit {
		x.throwErr, x.cut = cmp.Or(x.throwErr, errGaveUp), true
	}
}

// errGaveUp is why a flow ended while what was thrown may still have been in flight.
var errGaveUp = errors.New("gave up waiting for what was on its way")

// ask opens the thrower's end. The plan begins when that has succeeded; otherwise it
// returns nil.
func (x *flow) ask(ctx context.Context) thrower {
	x.began = x.world.Now()
	t, err := x.dial(ctx)
	x.connected = x.world.Now()
	if err != nil {
		x.throwErr = err
		return nil
	}
	x.answered = true
	x.limit += x.connected - x.began // the plan begins now
	if err := t.SetDeadline(x.world.Time(x.limit)); err != nil {
		x.throwErr = err
		_ = t.Close()
		return nil
	}
	return t
}

// throwAll throws all stones of the plan.
func (x *flow) throwAll(ctx context.Context, t thrower) {
	stones := stone.Carrying(x.schedule.Stones(ctx, x.world, x.connected, x.id), x.cargo)
	for s, err := range t.Throw(ctx, stones) {
		if err != nil && (s.Number == 0 || ctx.Err() != nil) {
			x.throwErr = err
			break
		}
		x.throws.Add(s, x.world.Now(), tally.CauseOf(err))
		x.noteDue(s.Number, s.Due-x.began)
		x.attempted.Add(1)
		if err != nil && x.throwErr == nil {
			x.throwErr = err
		}
	}
	if ctx.Err() != nil && x.throwErr == nil {
		x.throwErr = context.Cause(ctx)
	}
}

// dial opens the thrower's end.
func (x *flow) dial(ctx context.Context) (thrower, error) {
	ctx, cancel := context.WithDeadline(ctx, x.world.Time(x.limit))
	defer cancel()
	return speak[x.Transport].dial(ctx, x)
}

// catch is the catching task: it records whatever comes until the catcher ends.
func (x *flow) catch() {
	if x.world.SleepUntil(x.awake, x.asleep) != nil {
		return
	}
	for s, err := range x.catcher.Catch() {
		at := max(x.world.Arrival(x.Name), x.asleep) // nothing is read before that
		if err != nil || s.Flow != x.id {
			x.noteOther(err)
			continue
		}
		if !x.takes(s) {
			x.noteOther(stone.ErrDamaged)
			continue
		}
		x.catches.Add(s, at)
		if x.catches.Copies(s.Number) == 1 && x.arrived.Add(1) == int64(x.dies) {
			if sees, ok := x.world.(Witness); ok {
				sees.Abandon(x.Name)
			}
			_ = x.catcher.Close() // and what is still in its socket is not read
			return
		}
	}
}

// noteOther records an arrival that is not a stone of the flow, or why nothing more
// will come.
func (x *flow) noteOther(err error) {
	switch {
	case err == nil, errors.Is(err, stone.ErrForeign), errors.Is(err, stone.ErrShort), errors.Is(err, stone.ErrSize):
		x.catches.Foreign()
	case errors.Is(err, stone.ErrDamaged):
		x.catches.Damaged()
	default:
		x.catchErr = err
	}
}

// failure returns why the flow is not complete, or nil.
func (x *flow) failure() error {
	switch {
	case x.catchErr != nil && errors.Is(x.throwErr, os.ErrDeadlineExceeded):
		return x.catchErr // the thrower waited in vain because the catcher failed
	case x.throwErr != nil:
		return x.throwErr
	case x.catchErr != nil:
		return x.catchErr
	case x.throws.Planned > x.throws.Attempted:
		return fmt.Errorf("%d of %d stones were not thrown", x.throws.Planned-x.throws.Attempted, x.throws.Planned)
	case x.dies > 0 && x.arrived.Load() >= int64(x.dies) && x.throws.Thrown > x.dies: // and no error has shown it
		return fmt.Errorf("the catcher closed after stone %d", x.dies)
	}
	return nil
}
