package netns

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// inside is set in the environment of a program that Enter has started.
const inside = "STONES_USER_NAMESPACE"

// Enter makes sure that worlds can be opened. If this process may not make network
// namespaces, Enter runs the program again, with the given arguments (as in
// os.Args[1:]) and standard input, in a user namespace of its own where it may
// (user_namespaces(7)). It waits for it and returns its exit code and entered. It needs
// no privilege, only a system that allows user namespaces.
//
// The error is one line that says what is missing.
func Enter(args []string, stdin io.Reader) (code int, entered bool, err error) {
	err = try()
	if err == nil {
		return 0, false, nil
	}
	if os.Getenv(inside) != "" || !errors.Is(err, unix.EPERM) {
		return 0, false, explain(err)
	}
	// The program is killed when the thread that started it ends (Pdeathsig).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	again := command(args, stdin)
	relayed := make(chan os.Signal, 1)
	signal.Notify(relayed, unix.SIGINT, unix.SIGTERM)
	defer signal.Stop(relayed)
	if err := again.Start(); err != nil {
		return 0, false, explain(fmt.Errorf("make a user namespace: %w", err))
	}
	over := make(chan error, 1)
	go func() { over <- again.Wait() }()
	for {
		select {
		case s := <-relayed:
			if s != unix.SIGINT || !foreground() {
				_ = again.Process.Signal(s)
			}
		case err := <-over:
			if exit := new(exec.ExitError); errors.As(err, &exit) {
				if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
					return 128 + int(status.Signal()), true, nil
				}
				return exit.ExitCode(), true, nil
			}
			return 0, err == nil, err
		}
	}
}

// command is this program, in a user namespace where it is root.
func command(args []string, stdin io.Reader) *exec.Cmd {
	again := exec.Command("/proc/self/exe", args...)
	again.Args[0] = os.Args[0]
	again.Env = append(os.Environ(), inside+"=1")
	again.Stdin, again.Stdout, again.Stderr = stdin, os.Stdout, os.Stderr
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   unix.SIGKILL,
	}
	return again
}

// foreground reports whether the terminal sends its interrupts to this process and to
// the one that it has started.
func foreground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// try makes a network namespace with a TUN device in it, and removes both at once.
func try() error {
	return aside(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		tun, err := openTUN()
		if err != nil {
			return err
		}
		return unix.Close(tun)
	})
}

// explain adds to err what is missing on this computer, and what to do.
func explain(err error) error {
	what := ""
	switch {
	case strings.Contains(err.Error(), tunDev) && errors.Is(err, unix.EACCES):
		what = "everybody must be allowed to read and write it (chmod 666 " + tunDev + "), or run as root"
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		what = "the kernel's tun module is missing (modprobe tun)"
	case errors.Is(err, unix.ENOSPC):
		what = "this system allows no more namespaces"
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EINVAL):
		what = "this system forbids user namespaces; run as root"
	default:
		return fmt.Errorf("%w; --path sim needs nothing", err)
	}
	return fmt.Errorf("%w: %s; --path sim needs nothing", err, what)
}
