package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/control"
	"stones/lab/knob"
	"stones/lab/path/host"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/seal"
	"stones/lab/server"
)

// A catch is the command that lets others throw at this computer.
type catch struct {
	program
	flags *pflag.FlagSet

	listen   string
	port     int
	open     bool
	keyFile  string
	tls      bool
	greeting string
	sessions int
	limits   bool
	newKey   string // the file for a new key
}

// gcPercent is the garbage collector's GOGC while the server runs: it takes a little
// more time, and less memory.
const gcPercent = 25

// newCatch returns the command.
func (p program) newCatch() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catch",
		Short: "Catch what others throw at this computer",
		Long: `Catch what others throw, over TCP and over UDP at one port: "stones throw --to"
and "stones hello", and whoever connects with nc or telnet and types help.

It greets everybody, prints what it is told, and shows who throws what. Unless
told otherwise it listens to this computer alone.`,
		Example: `  stones catch                                         this computer alone
  stones catch --listen 192.0.2.7 --key-file key.txt   who knows the key
  stones catch --listen 0.0.0.0 --open                 everybody who gets here
  stones catch --new-key key.txt                       make such a key
  stones catch --limits                                what is allowed at most`,
		Args: noWords,
	}
	c := &catch{program: p, flags: cmd.Flags(), listen: "127.0.0.1", port: control.Port, sessions: server.Limits{}.Defaults().Sessions}
	c.flags.SortFlags = false
	plain(c.flags, "listen", "", knob.Word(), &c.listen)
	plain(c.flags, "port", "p", knob.Whole(1, maxPort), &c.port)
	plain(c.flags, "key-file", "", knob.Word(), &c.keyFile)
	plain(c.flags, "new-key", "", knob.Word(), &c.newKey)
	plain(c.flags, "open", "", knob.Toggle(), &c.open)
	plain(c.flags, "tls", "", knob.Toggle(), &c.tls)
	plain(c.flags, "greeting", "", knob.Word(), &c.greeting)
	plain(c.flags, "sessions", "", knob.Whole(1, maxSessions), &c.sessions)
	plain(c.flags, "limits", "", knob.Toggle(), &c.limits)
	cmd.InitDefaultHelpFlag()
	c.flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return c.do(cmd.Context()) }
	return cmd
}

// maxSessions is the limit of --sessions.
const maxSessions = 100_000

// do does what the flags ask for.
func (c *catch) do(ctx context.Context) error {
	if c.newKey != "" {
		if c.flags.NFlag() > 1 {
			return errors.New("--new-key cannot be combined with other flags: it makes a key, and catches nothing")
		}
		return c.program.newKey(c.newKey)
	}
	if c.open && c.keyFile != "" {
		return errors.New("--open cannot be combined with --key-file: with a key it is not open to everybody")
	}
	at, err := listenAt(c.flags, c.listen, c.port)
	if err != nil {
		return err
	}
	greeting, err := c.greetings()
	if err != nil {
		return err
	}
	limits, fewer := fitting(server.Limits{Sessions: c.sessions}, openFiles())
	if fewer != "" {
		fmt.Fprintln(c.stderr, "warning: "+fewer)
	}
	if c.limits {
		_, err := fmt.Fprintln(c.stdout, strings.Join(limits.Lines(), "\n"))
		return err
	}
	key, err := c.readKey(c.keyFile)
	if err != nil {
		return err
	}
	if err := c.widely(at, key); err != nil {
		return err
	}
	s := &server.Server{Limits: limits, Key: key, Greeting: greeting}
	if c.tls {
		if s.TLS, err = seal.ServerTLS(rand.Reader); err != nil {
			return &failure{exitUnfinished, err}
		}
	} else {
		fmt.Fprintln(c.stderr, report.Readable())
	}
	return c.serve(ctx, s, at)
}

// widely returns an error if others can reach the place and neither a key nor --open
// allows that.
func (c *catch) widely(at place, key []byte) error {
	switch {
	case c.open && len(key) > 0:
		return fmt.Errorf("--open cannot be combined with %s: with a key it is not open to everybody", keyVariable)
	case at.ip.IsLoopback(), c.open, len(key) > 0:
		return nil
	}
	return &quantity.InvalidError{
		Word: "listen", Value: c.listen,
		Why: "others can reach this address; give a key that they must know (--key-file FILE, or " + keyVariable + "), or say --open to let everybody throw",
	}
}

// greetings returns the lines of --greeting; nil means the default.
func (c *catch) greetings() ([]string, error) {
	if c.greeting == "" {
		return nil, nil
	}
	lines := strings.Split(strings.ReplaceAll(c.greeting, `\n`, "\n"), "\n")
	const most = 2
	if len(lines) > most {
		return nil, &quantity.InvalidError{Word: "greeting", Value: c.greeting, Why: fmt.Sprintf("%d lines; allowed 1 to %d", len(lines), most)}
	}
	for _, text := range lines {
		if err := control.CheckGreeting(text); err != nil {
			return nil, fmt.Errorf("--%w", err) // err begins with the flag's name
		}
	}
	return lines, nil
}

// How many of the files that the program may have open are kept for other uses than
// sessions, and how many a session may need: a connection to talk, and one for a flow
// over TCP.
const (
	sparedFiles     = 64
	filesPerSession = 2
)

// fitting reduces the limits to the number of files that the program may have open,
// where 0 means not known. It returns a line that says so if it had to reduce the
// sessions.
func fitting(l server.Limits, files int) (server.Limits, string) {
	l = l.Defaults()
	l.Connections = max(l.Connections, 4*l.Sessions)
	if files == 0 {
		return l, ""
	}
	files = max(files-sparedFiles, filesPerSession)
	l.Connections = min(l.Connections, files)
	asked := l.Sessions
	l.Sessions = min(asked, files/filesPerSession)
	if l.Sessions == asked {
		return l, ""
	}
	return l, fmt.Sprintf("--sessions %d: this system has room for %d (ulimit -n says how many files a program may have open)", asked, l.Sessions)
}

// serve serves until it is interrupted.
func (c *catch) serve(ctx context.Context, s *server.Server, at place) error {
	w, err := host.Open(host.Config{})
	if err != nil {
		return &failure{exitUnfinished, err}
	}
	live := c.display && runtime.GOOS != "windows" // older terminals there do not move the cursor
	stdout := c.stdout
	if f, ok := stdout.(*os.File); ok {
		stdout = apart(f) // the server goes on without a reader
	}
	shown := newAsideOf(stdout, boardRoom)
	b := &board{w: shown, live: live, here: func() ([]server.Client, int) { return s.Clients(), s.Strangers() }, busy: shown.waits}
	s.World, s.Observer = w, b
	s.Arrived = func() time.Duration { return w.Arrival(lab.UDP) }
	s.Dropped = func() (int, string) { r := w.Record(lab.UDP); return r.ReceiverDrops, r.DropsUnknown }
	log := newAside(c.stderr)
	defer log.end()
	s.Log = slog.New(slog.NewTextHandler(log, nil))
	if live && c.terminal { // one terminal for both: the log goes above the table, which shows the rest
		s.Log = slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	if err := s.Listen(ctx, at.String()); err != nil {
		shown.end()
		return cannotListen(at, err)
	}
	bound := netip.MustParseAddrPort(s.Addr().String())
	b.print(report.CatchingAt(s.Addr().String()))
	if others := reachable(at.ip, bound.Port()); len(others) > 0 {
		b.print(report.ReachedAt(others))
	}
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	serving, over := context.WithCancel(ctx)
	defer over()
	var served error
	if err := w.Run(ctx, func() {
		defer over()
		served = s.Serve(ctx)
	}, func() { b.show(serving, w) }); err != nil {
		served = cmp.Or(served, err)
	}
	shown.rest()
	if err := cmp.Or(served, b.end(), shown.last()); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &failure{exitUnfinished, err}
	}
	return nil
}

// reachable returns the addresses at which others reach a catcher that listens at all
// addresses.
func reachable(at netip.Addr, port uint16) []string {
	if !at.IsUnspecified() {
		return nil
	}
	var others []string
	for _, ip := range outward() {
		if port == control.Port {
			others = append(others, ip.String())
		} else {
			others = append(others, netip.AddrPortFrom(ip, port).String())
		}
	}
	return others
}

// wsaInUse is the error of Windows for an address in use.
const wsaInUse = syscall.Errno(10048)

// cannotListen explains an error of listening to the user.
//
// Listening again right after another program has ended works, though its connections
// may be in TIME-WAIT for minutes (RFC 9293 section 3.6.1): package net sets
// SO_REUSEADDR on a TCP listener wherever that means this and no more. (On Windows it
// would let two programs share the port.)
func cannotListen(at place, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, wsaInUse):
		return &failure{exitUnfinished, fmt.Errorf("port %d is in use at %s: another program listens there; end it, or take another --port", at.port, at.host)}
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return &quantity.InvalidError{Word: "listen", Value: at.host, Why: "not an address of this machine, which has " + hereAre(addresses())}
	case errors.Is(err, syscall.EACCES):
		return &failure{exitUnfinished, fmt.Errorf("port %d at %s: permission denied; ports from 1024 are for everybody", at.port, at.host)}
	}
	return &failure{exitUnfinished, fmt.Errorf("%s: %w", at, err)}
}
