package clock

import (
	"cmp"
	"context"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// timerMargin is how long before its time a sleep stops to rely on the
	// runtime's timers, which are good to a millisecond: it gives them to
	// epoll_wait(2), which counts in these.
	timerMargin = 2 * time.Millisecond

	// napMargin is how long before its time a sleep stops to rely on the kernel.
	// An idle processor of a virtual machine was measured to need 40 us to get
	// going again, and nearly 100 us once in a hundred times.
	napMargin = 100 * time.Microsecond
)

// wake returns when the clock shows at, which is near.
func (r *Real) wake(at time.Duration) {
	if left := at - napMargin - r.Now(); left > 0 && r.alarms.nap(left) != nil {
		_ = wait(context.Background(), left) // the kernel has no timer to give
	}
	for r.Now() < at {
	}
}

// alarms are the kernel's timers that are not in use, as files. What the pool
// gives up is closed with the file's finalizer.
type alarms struct {
	idle sync.Pool
}

// nap sleeps for a time, as exactly as the kernel can. The runtime waits for
// the timer as for a socket, so others run meanwhile and their sockets are
// watched. In nanosleep(2) the thread would keep its processor from them: two
// throwers on two processors made the catcher wait 10 ms.
func (a *alarms) nap(left time.Duration) error {
	timer, ok := a.idle.Get().(*os.File)
	if !ok {
		fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
		if err != nil {
			return os.NewSyscallError("timerfd_create", err)
		}
		timer = os.NewFile(uintptr(fd), "timerfd")
	}
	raw, err := timer.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.TimerfdSettime(int(fd), 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(left))}, nil)
	})
	if err := cmp.Or(err, failed); err != nil {
		return os.NewSyscallError("timerfd_settime", err)
	}
	var times [8]byte // that it went off, in this machine's order of bytes
	if _, err := timer.Read(times[:]); err != nil {
		return err
	}
	a.idle.Put(timer)
	return nil
}
