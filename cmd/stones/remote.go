package main

import (
	"context"
	"fmt"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/path/host"
	"stones/lab/path/remote"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/run"
	"stones/lab/worlds"
)

// afar runs the experiments between this computer and another one.
func (t *throw) afar(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	key, err := t.readKey(t.keyFile)
	if err != nil {
		return nil, err
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	c := &caller{ctx: ctx, key: key}
	defer c.hangUp()
	out := newAside(t.stderr)
	defer out.end()
	return runAlong(ctx, telling(out, run.Path{Open: c.open}), es, done)
}

// A caller has one conversation with another computer, and keeps it while the
// experiments need the same manner.
type caller struct {
	ctx context.Context
	key []byte

	manner  manner
	session *remote.Session
	failed  error // why there is no session
}

// A manner is all that an experiment needs of the conversation.
type manner struct {
	to         string
	ipv6, tls  bool
	congestion string
	buffer     int
}

// open returns the world of an experiment. A failed connection is not retried.
func (c *caller) open(e lab.Experiment) (run.World, error) {
	m := manner{e.To, e.IPv6, e.TLS, e.Congestion, e.Buffer}
	if c.session == nil && c.failed == nil || c.manner != m {
		c.hangUp()
		c.manner = m
		c.session, c.failed = c.call(m)
	}
	if c.failed != nil {
		return nil, c.failed
	}
	return c.session.World(worlds.Flows(e)), nil
}

// call starts a conversation.
func (c *caller) call(m manner) (*remote.Session, error) {
	to, err := parsePlace(m.to)
	if err != nil {
		return nil, &quantity.InvalidError{Word: "to", Value: m.to, Why: err.Error()}
	}
	sockets, err := host.Open(host.Config{IPv6: m.ipv6, Congestion: m.congestion, Buffer: m.buffer})
	if err != nil {
		return nil, err
	}
	return remote.Open(c.ctx, remote.Config{Net: sockets, Address: to.String(), IPv6: m.ipv6, Key: c.key, TLS: m.tls})
}

// hangUp ends the conversation, if there is one.
func (c *caller) hangUp() {
	if c.session != nil {
		_ = c.session.Close() // nothing depends on its error
		c.session = nil
	}
}

// unsent returns an error if the address of another computer is invalid, or cannot be
// combined with another flag.
func (t *throw) unsent() error {
	given := t.flags.Changed
	if !given("to") {
		if given("key-file") && t.file == "" {
			return fmt.Errorf("--key-file needs --to: on one computer nothing has to be proved")
		}
		return nil
	}
	to := t.settings.Text("to")
	p, err := parsePlace(to)
	if err != nil {
		return &quantity.InvalidError{Word: "to", Value: to, Why: err.Error()}
	}
	switch is6 := strings.Contains(p.host, ":"); {
	case is6 && given("ipv4"):
		return &knob.ConflictError{One: "--to " + prose.Quote(to), Other: "--ipv4", Why: "it is an IPv6 address"}
	case p.ip.IsValid() && !is6 && given("ipv6"):
		return &knob.ConflictError{One: "--to " + prose.Quote(to), Other: "--ipv6", Why: "it is an IPv4 address"}
	}
	return nil
}
