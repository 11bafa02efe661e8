package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/net/netutil"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/quantity"
	"stones/lab/run"
	"stones/lab/web"
	"stones/lab/web/site"
	"stones/lab/worlds"
)

// A paged is the command that shows the lab in a browser.
type paged struct {
	program
	flags *pflag.FlagSet

	listen  string
	port    int
	keyFile string
	anyone  bool
	out     string
	force   bool
}

// newPage returns the command.
func (p program) newPage() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "page",
		Short: "Show the lab in a browser",
		Long: `Show the lab in a browser, on this computer alone: sliders run the experiment
again at once, a slow film shows every packet on both roads, and a click on a
flying stone loses it. Whatever it shows, it says which command gives the same.
Its lessons ask for a prediction before they throw; the answers are kept in the
browser, and are saved as stones lesson --save saves them. On the paths host,
netns and remote it throws when Throw is pressed, and tells how far it is.

It prints the address to open, and serves until it is interrupted. With --listen
others reach the page too: they get its files with the lab in them as
WebAssembly, and whatever they throw runs in their own browsers. With --out it
writes that page instead: a folder for any server of files, or one file that
opens by double click.`,
		Example: `  stones page                                          at a port that is free
  stones page --port 8080                              at this one
  stones page --listen 192.0.2.7 --key-file key.txt    who knows the whole address
  stones page --listen 0.0.0.0 --port 8080 --anyone    everybody who gets here
  stones page --out class                              the page as a folder
  stones page --out stones.html                        as one file`,
		Args: noWords,
	}
	s := &paged{program: p, flags: cmd.Flags(), listen: "127.0.0.1"}
	s.flags.SortFlags = false
	plain(s.flags, "listen", "", knob.Word(), &s.listen)
	plain(s.flags, "port", "p", knob.Whole(1, maxPort), &s.port)
	plain(s.flags, "key-file", "", knob.Word(), &s.keyFile)
	plain(s.flags, "anyone", "", knob.Toggle(), &s.anyone)
	plain(s.flags, "out", "", knob.Word(), &s.out)
	plain(s.flags, "force", "", knob.Toggle(), &s.force)
	cmd.InitDefaultHelpFlag()
	s.flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return s.do(cmd.Context()) }
	return cmd
}

// do does what the flags ask for.
func (s *paged) do(ctx context.Context) error {
	if s.out != "" {
		for _, flag := range []string{"listen", "port", "key-file", "anyone"} {
			if s.flags.Changed(flag) {
				return &knob.ConflictError{One: "--out", Other: "--" + flag, Why: "a page that is written is not served"}
			}
		}
		return s.writePage(ctx, s.out, s.force)
	}
	if s.force {
		return &knob.ConflictError{One: "--force", Other: "no --out", Why: "nothing is written"}
	}
	at, err := listenAt(s.flags, s.listen, s.port)
	if err != nil {
		return err
	}
	guests, err := s.guests(ctx, at)
	if err != nil {
		return err
	}
	return s.serve(ctx, at, guests)
}

// guests returns the files for other computers, or nil if only this computer can reach
// the place.
func (s *paged) guests(ctx context.Context, at place) (*site.Guests, error) {
	if at.ip.IsLoopback() {
		for _, flag := range []string{"key-file", "anyone"} {
			if s.flags.Changed(flag) {
				return nil, fmt.Errorf("--%s needs --listen with an address that others can reach; %s is of this computer alone", flag, at.host)
			}
		}
		return nil, nil
	}
	if s.anyone && s.keyFile != "" {
		return nil, &knob.ConflictError{One: "--anyone", Other: "--key-file", Why: "with a key it is not open to everybody"}
	}
	key, err := s.readKey(s.keyFile)
	switch {
	case err != nil:
		return nil, err
	case s.anyone && len(key) > 0:
		return nil, &knob.ConflictError{One: "--anyone", Other: keyVariable, Why: "with a key it is not open to everybody"}
	case !s.anyone && len(key) == 0:
		return nil, &quantity.InvalidError{
			Word: "listen", Value: s.listen,
			Why: "others can reach this address; give a key that the page's address is made of (--key-file FILE, or " + keyVariable + "), or say --anyone to let everybody have it",
		}
	}
	parts, err := engineFor(ctx, "listen")
	if err != nil {
		return nil, err
	}
	files, err := parts.Folder()
	if err != nil {
		return nil, &failure{exitUnfinished, err}
	}
	g := &site.Guests{Files: files}
	if len(key) > 0 {
		g.Word = site.Word(key)
	}
	return g, nil
}

// Limits of connections to the page. Thirty phones with six connections each fit, and a
// slow sender is cut off.
const (
	pageConnections = 256
	headTime        = 10 * time.Second
	bodyTime        = 30 * time.Second
	idleTime        = time.Minute
	answerTime      = 10 * time.Minute // an engine over a slow network
	headBytes       = 16 << 10
)

// engine runs the experiments of this computer's page. key is that of the catchers at
// which it throws.
func (s *paged) engine(key []byte) web.Engine {
	var one sync.Mutex
	return web.Engine{
		Version: version, Path: worlds.Bounded(web.MaxTurns), Real: []string{lab.Host, lab.Netns, lab.Remote},
		Open: func(ctx context.Context, e lab.Experiment) (run.Path, func(), error) {
			if !one.TryLock() {
				return run.Path{}, nil, errors.New("this computer throws for another page already; two would disturb each other")
			}
			p, hangUp := paths()[e.Path], func() {}
			if e.Path == lab.Remote {
				c := &caller{ctx: ctx, key: key}
				p, hangUp = run.Path{Open: c.open}, c.hangUp
			}
			open := p.Open
			p.Open = func(e lab.Experiment) (run.World, error) {
				w, err := open(e)
				if e.Path == lab.Netns && errors.Is(err, os.ErrPermission) {
					err = fmt.Errorf("%w: run stones page as root, or by unshare -r stones page", err)
				}
				return w, meant(err)
			}
			return p, func() { hangUp(); one.Unlock() }, nil
		},
	}
}

// serve serves the page until it is interrupted.
func (s *paged) serve(ctx context.Context, at place, guests *site.Guests) error {
	key, err := s.readKey("") // for throwing at a catcher
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		return cannotListen(at, err)
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	server := &http.Server{
		Handler: site.Site{
			Engine:   s.engine(key),
			Licences: licenses,
			Guests:   guests,
		}.Handler(),
		ReadHeaderTimeout: headTime,
		ReadTimeout:       bodyTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headBytes,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	s.tell(at.ip, netip.MustParseAddrPort(l.Addr().String()), guests)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-ctx.Done()
		_ = server.Close()
	}()
	err = server.Serve(netutil.LimitListener(l, pageConnections))
	stop()
	<-closed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return &failure{exitUnfinished, err}
}

// tell prints the page's addresses: first for this computer, then for others.
func (s *paged) tell(at netip.Addr, bound netip.AddrPort, guests *site.Guests) {
	folder := "/"
	if guests != nil && guests.Word != "" {
		folder = "/" + guests.Word + "/"
	}
	own, others := []netip.Addr{at}, []netip.Addr(nil)
	switch {
	case at == netip.IPv6Unspecified():
		own, others = []netip.Addr{netip.IPv6Loopback()}, outward()
	case at.IsUnspecified():
		own, others = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, outward()
	case guests != nil:
		own, others = nil, own
	}
	for _, ip := range own {
		fmt.Fprintf(s.stdout, "http://%s/\n", netip.AddrPortFrom(ip, bound.Port()))
	}
	for _, ip := range others {
		if at.Is4() && ip.Is6() {
			continue
		}
		fmt.Fprintf(s.stdout, "http://%s%s for others\n", netip.AddrPortFrom(ip, bound.Port()), folder)
	}
	if guests != nil && guests.Word != "" {
		fmt.Fprintln(s.stderr, "warning: nothing is encrypted: whoever can read the network can read the page's address")
	}
	fmt.Fprintln(s.stderr, "open it in a browser; an interrupt ends it")
}
