package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stones/lab/control"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/report"
	"stones/lab/seal"
)

// answer is the last message of the client.
const answer = "И тебе привет!"

// A hello is the command that greets a catcher over both transports: what a beginner's
// client does, call by call.
type hello struct {
	program
	readSize int
	tls      bool
}

// newHello returns the command.
func (p program) newHello() *cobra.Command {
	h := &hello{program: p, readSize: 1024}
	cmd := &cobra.Command{
		Use:   "hello HOST[:PORT]",
		Short: "Greet a catcher over TCP and over UDP, and show each call",
		Long: `Greet the computer at HOST over TCP and over UDP: connect, wait for its
greeting, answer, close. Each call of the two sockets is shown beside the other
one's, and in how many reads the greeting came.

Over TCP one is greeted at once. Over UDP nobody knows of somebody who has said
nothing, so hello is said first: up to 5 times, if there is no answer.`,
		Example: `  stones hello 192.0.2.7                      where stones catch runs
  stones hello 127.0.0.1 --read-size 7        a mailbox too small for the letters`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return errors.New("the host is missing; write e.g. stones hello 192.0.2.7")
			case len(args) > 1:
				return fmt.Errorf("%s: unexpected word; one host at a time", prose.Quote(args[1]))
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	plain(flags, "read-size", "", knob.Whole(1, 65536), &h.readSize)
	plain(flags, "tls", "", knob.Toggle(), &h.tls)
	cmd.InitDefaultHelpFlag()
	flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return h.do(cmd.Context(), args[0]) }
	return cmd
}

// Limits of waiting and reading.
const (
	connecting = 5 * time.Second        // for an answer, and for the first bytes
	atMost     = 10 * time.Second       // for the whole greeting
	quiet      = 300 * time.Millisecond // without a byte, after which the greeting is complete
	mostHeard  = 64 << 10               // bytes of a greeting
	mostReads  = 1000
)

// do greets over both transports at once, and shows the calls.
func (h *hello) do(ctx context.Context, text string) error {
	to, err := parsePlace(text)
	if err != nil {
		return fmt.Errorf("%s: %w", prose.Quote(text), err)
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	at, err := resolve(ctx, to)
	if err != nil {
		return &failure{exitUnfinished, err}
	}
	talks := make([]*talk, 2)
	var wg sync.WaitGroup
	for i, meet := range []func(context.Context, netip.AddrPort) *talk{h.overTCP, h.overUDP} {
		wg.Go(func() { talks[i] = meet(ctx, at) })
	}
	wg.Wait()
	if ctx.Err() != nil {
		return &failure{exitInterrupted, errors.New("interrupted")}
	}
	var shown []report.Talk
	for _, t := range talks {
		shown = append(shown, t.Talk)
	}
	if err := report.Hello(h.stdout, shown); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
	}
	return verdict(at, talks)
}

// verdict returns an error if no greeting came.
func verdict(at netip.AddrPort, talks []*talk) error {
	code := exitUnfinished
	for _, t := range talks {
		switch {
		case len(t.Heard()) > 0:
			return nil
		case errors.Is(t.err, syscall.ECONNREFUSED):
			code = exitRefused
		}
	}
	return &failure{code, fmt.Errorf("%s: no greeting: TCP %s, UDP %s", at, talks[0].Trouble, talks[1].Trouble)}
}

// resolve resolves a name. It prefers an IPv4 address.
func resolve(ctx context.Context, to place) (netip.AddrPort, error) {
	if to.ip.IsValid() {
		return netip.AddrPortFrom(to.ip, uint16(to.port)), nil
	}
	ctx, cancel := context.WithTimeout(ctx, connecting)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", to.host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%s: %w", prose.Quote(to.host), err)
	}
	ip := found[0]
	if i := slices.IndexFunc(found, func(ip netip.Addr) bool { return ip.Unmap().Is4() }); i >= 0 {
		ip = found[i].Unmap()
	}
	if what := unfit(ip); what != "" {
		return netip.AddrPort{}, fmt.Errorf("%s: has %s, which is %s", prose.Quote(to.host), ip, what)
	}
	return netip.AddrPortFrom(ip, uint16(to.port)), nil
}

// A talk is the exchange over one transport.
type talk struct {
	report.Talk
	err error // why it ended early
}

// note records a call.
func (t *talk) note(c report.Call) { t.Calls = append(t.Calls, c) }

// trouble records why the talk ends early.
func (t *talk) trouble(err error) {
	if t.err != nil {
		return
	}
	t.err, t.Trouble = err, why(err)
}

// why is a short form of an error.
func why(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused: nobody listens there"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "no answer"
	case errors.Is(err, io.EOF):
		return "hung up"
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

// overTCP greets over TCP.
func (h *hello) overTCP(ctx context.Context, at netip.AddrPort) *talk {
	t := &talk{Talk: report.Talk{Transport: "tcp"}}
	t.note(report.Call{Name: report.CallSocket, Note: "a stream of bytes"})
	began := time.Now()
	dialer := net.Dialer{Timeout: connecting}
	conn, err := dialer.DialContext(ctx, "tcp", at.String())
	if err != nil {
		t.note(report.Call{Name: report.CallConnect, Note: why(err), Took: time.Since(began)})
		t.trouble(err)
		return t
	}
	t.note(report.Call{Name: report.CallConnect, Note: "asked and answered", Took: time.Since(began)})
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if h.tls {
		began := time.Now()
		_ = conn.SetDeadline(began.Add(connecting))
		hidden := tls.Client(conn, seal.ClientTLS())
		if err := hidden.HandshakeContext(ctx); err != nil {
			t.note(report.Call{Name: report.CallHandshake, Note: "failed", Took: time.Since(began)})
			t.trouble(fmt.Errorf("TLS: %w", err))
			_ = conn.Close()
			return t
		}
		t.note(report.Call{Name: report.CallHandshake, Note: "TLS 1.3", Took: time.Since(began)})
		conn = hidden
	}
	t.converse(ctx, conn, h.readSize, nil)
	return t
}

// overUDP greets over UDP.
func (h *hello) overUDP(ctx context.Context, at netip.AddrPort) *talk {
	t := &talk{Talk: report.Talk{Transport: "udp"}}
	t.note(report.Call{Name: report.CallSocket, Note: "datagrams"})
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", at.String())
	if err != nil {
		t.note(report.Call{Name: report.CallConnect, Note: why(err)})
		t.trouble(err)
		return t
	}
	t.note(report.Call{Name: report.CallConnect, Note: "nobody is asked"})
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	t.converse(ctx, conn, h.readSize, func() error {
		word := control.Datagram{Word: control.Hello}.Append(nil)
		t.note(report.Call{Name: report.CallAsk, Data: word})
		_, err := conn.Write(word)
		return err
	})
	return t
}

// asks are the times at which hello is sent, and in the end the time at which that is
// given up.
var asks = [...]time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond, 3500 * time.Millisecond, 4500 * time.Millisecond}

// converse receives the greeting, answers it and closes. ask requests the greeting; it
// is nil if the other end greets unasked.
func (t *talk) converse(ctx context.Context, conn net.Conn, readSize int, ask func() error) {
	began := time.Now()
	end := began.Add(atMost)
	buf := make([]byte, readSize)
	var heard int
	var err error
	if ask == nil {
		heard, err = t.read(ctx, conn, buf, began.Add(connecting))
	}
	for n := 0; ask != nil && heard == 0 && n < len(asks)-1; n++ {
		if err = ask(); err == nil {
			heard, err = t.read(ctx, conn, buf, began.Add(asks[n+1]))
		}
		for err == nil && heard == 0 { // an empty datagram
			heard, err = t.read(ctx, conn, buf, began.Add(asks[n+1]))
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			break // such as an ICMP error: nothing listens there
		}
	}
	for reads := 1; err == nil && heard < mostHeard && reads < mostReads; reads++ {
		var n int
		until := time.Now().Add(quiet)
		if end.Before(until) {
			until = end
		}
		n, err = t.read(ctx, conn, buf, until)
		heard += n
	}
	switch {
	case heard == 0:
		t.trouble(cmp.Or(err, errSilent))
	case err == nil:
		t.trouble(fmt.Errorf("it does not stop greeting, so no more was read"))
	}
	if heard > 0 {
		_ = conn.SetWriteDeadline(time.Now().Add(connecting))
		if _, err := conn.Write([]byte(answer)); err != nil {
			t.note(report.Call{Name: report.CallAnswer, Note: why(err)})
		} else {
			t.note(report.Call{Name: report.CallAnswer, Data: []byte(answer)})
		}
	}
	_ = conn.Close()
	if ask == nil {
		t.note(report.Call{Name: report.CallClose, Note: "the other end is told"})
	} else {
		t.note(report.Call{Name: report.CallClose, Note: "nobody is told"})
	}
}

// errSilent is the error of a peer that answers without a byte.
var errSilent = errors.New("answers without a word")

// read reads once, until the deadline. It records nothing if nothing came.
func (t *talk) read(ctx context.Context, conn net.Conn, buf []byte, until time.Time) (int, error) {
	_ = conn.SetReadDeadline(until)
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	began := time.Now()
	n, err := conn.Read(buf)
	if n == 0 {
		return 0, err
	}
	c := report.Call{Name: report.CallRecv, Data: slices.Clone(buf[:n]), Took: time.Since(began)}
	if n == len(buf) && t.Transport == "udp" {
		c.Note = "full: any rest is gone"
	}
	t.note(c)
	return n, nil // the next read returns the error again
}
