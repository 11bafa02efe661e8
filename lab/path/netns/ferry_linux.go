package netns

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// A ferry carries the packets of one direction, in real time: out of one device, over
// the wire, into the other.
type ferry struct {
	world    *World
	wire     *wire.Wire
	eye      *watch.Eye // of the end that sends
	from, to int        // descriptors of the devices
	back     bool
	stop     int                // a descriptor that becomes readable when the ferry has to stop
	spare    [][]byte           // buffers to be reused
	held     []held             // packets of flows with an extra delay, in the order in which they enter the wire
	late     quantity.Histogram // how much later than the wire's model packets came out
}

// A parcel is a packet on the wire, with what was seen of it.
type parcel struct {
	seen  watch.Sight
	entry *path.Packet // in the log, if there is one
	bytes []byte
	left  int // how many copies of it are on the wire
}

// A held packet will enter the wire at a time.
type held struct {
	at   time.Duration
	item wire.Packet
}

const (
	// A ferry that has nothing to do sleeps until so long before the next packet is
	// due, and then spins: a thread may wake up that late.
	spin = 30 * time.Microsecond

	// A ferry takes at most so many packets before it looks whether one is due.
	most = 32
)

// run carries packets until stop becomes readable.
func (f *ferry) run() error {
	runtime.LockOSThread() // for good: the thread ends with the ferry
	// Linux lets a thread oversleep by 50 µs unless it is told otherwise.
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set the timer slack: %w", err)
	}
	for {
		taken, err := f.take()
		if err != nil {
			return err
		}
		brought, err := f.bring()
		if err != nil {
			return err
		}
		if taken+brought > 0 {
			continue
		}
		if over, err := f.wait(); over || err != nil {
			return err
		}
	}
}

// take gives the wire the packets that its end has sent.
func (f *ferry) take() (n int, err error) {
	for n < most {
		b := f.buffer()
		size, err := call(unix.SYS_READ, f.from, b)
		if errors.Is(err, unix.EAGAIN) {
			f.spare = append(f.spare, b)
			break
		}
		if err != nil {
			return n, fmt.Errorf("read from the TUN device: %w", err)
		}
		n++
		f.send(b[:size])
	}
	return n, nil
}

// send gives the wire a packet.
func (f *ferry) send(b []byte) {
	p := &parcel{bytes: b, left: 1}
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	p.seen = f.eye.Look(b, len(b))
	if !p.seen.TCP && !p.seen.UDP && !p.seen.ICMP {
		f.spare = append(f.spare, b)
		return // a kernel looking for routers and neighbours
	}
	now := f.world.Now()
	p.entry = f.world.watch.Sent(now, &p.seen, len(b), b, f.back)
	item := wire.Packet{
		Size:   len(b),
		Data:   b,
		Stone:  p.seen.Stone,
		Last:   p.seen.Last,
		Offset: p.seen.Offset,
		Again:  p.seen.Again,
		Ref:    p,

		Flow:    p.seen.Flow(),
		Capable: p.seen.Capable,
		Doomed:  f.world.watch.Doomed(p.seen),
	}
	f.world.boarded(p.seen)
	if extra := p.seen.Extra(); extra > 0 {
		f.hold(now+extra, item)
		return
	}
	f.wire.Send(now, item)
	f.learn()
}

// hold keeps a packet until it enters the wire, behind others of the same time.
func (f *ferry) hold(at time.Duration, item wire.Packet) {
	i := len(f.held)
	for i > 0 && f.held[i-1].at > at {
		i--
	}
	f.held = slices.Insert(f.held, i, held{at, item})
}

// enter gives the wire the held packets whose time has come.
func (f *ferry) enter() {
	now := f.world.Now()
	due := 0
	for due < len(f.held) && f.held[due].at <= now {
		f.wire.Send(now, f.held[due].item)
		due++
	}
	if due > 0 {
		f.held = slices.Delete(f.held, 0, due)
		f.learnOf()
	}
}

// next is when the next held packet enters the wire, or a packet comes out of it.
func (f *ferry) next() (due time.Duration, ok bool) {
	due, ok = f.wire.Next()
	if len(f.held) > 0 && (!ok || f.held[0].at < due) {
		return f.held[0].at, true
	}
	return due, ok
}

// learn notes what has happened to packets on the wire.
func (f *ferry) learn() {
	for e, ok := f.wire.Event(); ok; e, ok = f.wire.Event() {
		p := e.Packet.Ref.(*parcel)
		f.world.watch.Befell(p.entry, p.seen, e)
		switch {
		case e.Fate == wire.Copied:
			p.left++
		case e.Fate.Gone():
			f.leaves(p)
		}
	}
}

// learnOf is learn for a caller that does not hold the world's lock.
func (f *ferry) learnOf() {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	f.learn()
}

// leaves notes that a packet, or a copy of one, is no longer on the wire.
func (f *ferry) leaves(p *parcel) {
	if p.left--; p.left == 0 {
		f.spare = append(f.spare, p.bytes)
	}
}

// bring gives the other end the packets that have come out of the wire by now.
func (f *ferry) bring() (n int, err error) {
	for n < most {
		f.enter()
		due, ok := f.wire.Next()
		now := f.world.Now()
		if !ok || due > now {
			break
		}
		item, ok := f.wire.Arrive(now)
		f.learnOf()
		if !ok {
			continue // a packet began to be held back, or was sent by a managed queue
		}
		if item.Marked {
			item.Data = watch.Mark(item.Data)
		}
		n++
		f.late.Add(now - due)
		p := item.Ref.(*parcel)
		f.world.arrives(now, p, item)
		_, err := call(unix.SYS_WRITE, f.to, item.Data)
		if errors.Is(err, unix.EINVAL) && item.Damaged {
			err = nil // the damage has made it an invalid IP packet
		}
		if err != nil {
			return n, fmt.Errorf("write to the TUN device: %w", err)
		}
		f.leaves(p)
	}
	return n, nil
}

// wait waits until there is something to do. It reports whether the ferry has to stop.
func (f *ferry) wait() (over bool, err error) {
	var timeout *unix.Timespec
	if due, ok := f.next(); ok {
		left := due - f.world.Now() - spin
		if left <= 0 {
			return false, nil
		}
		until := unix.NsecToTimespec(int64(left))
		timeout = &until
	}
	fds := []unix.PollFd{{Fd: int32(f.from), Events: unix.POLLIN}, {Fd: int32(f.stop), Events: unix.POLLIN}}
	if _, err := unix.Ppoll(fds, timeout, nil); err != nil && !errors.Is(err, unix.EINTR) {
		return false, fmt.Errorf("wait for the TUN device: %w", err)
	}
	return fds[1].Revents != 0, nil
}

// buffer returns a buffer for one packet.
func (f *ferry) buffer() []byte {
	last := len(f.spare) - 1
	if last < 0 {
		return make([]byte, f.world.cfg.mtu())
	}
	b := f.spare[last]
	f.spare = f.spare[:last]
	return b[:cap(b)]
}
