package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"stones/lab/control"
	"stones/lab/prose"
	"stones/lab/seal"
)

// ok, no and line write into a buffer: their errors are found when the reply is flushed.

func (x *session) ok(text string) {
	_, _ = x.out.Write(control.AppendOK(x.out.AvailableBuffer(), text))
}

func (x *session) no(err error) {
	_, _ = x.out.Write(control.AppendNo(x.out.AvailableBuffer(), err.Error()))
}

func (x *session) line(text string) {
	_, _ = x.out.Write(control.AppendLine(x.out.AvailableBuffer(), text))
}

// reply answers ok with text, or no with err.
func (x *session) reply(text string, err error) {
	if err != nil {
		x.no(err)
		return
	}
	x.ok(text)
}

// answer answers one command. It returns the reason if that ends the conversation.
func (x *session) answer(ctx context.Context, c control.Command) (end string) {
	s := x.server
	switch c := c.(type) {
	case control.Help:
		for _, text := range help() {
			x.line(text)
		}
		x.ok("")
	case control.Time:
		x.ok(s.World.Time(s.World.Now()).UTC().Format("2006-01-02T15:04:05.000000000Z"))
	case control.Echo:
		x.ok(prose.Safe(c.Text))
	case control.Throw:
		x.throwLines(c)
	case control.Stats:
		x.stats()
	case control.Limits:
		for _, text := range s.Limits.Lines() {
			x.line(text)
		}
		x.ok("")
	case control.Bye:
		x.ok("bye")
		return "bye"
	case control.Message:
		x.said(c.Text)
		x.ok("printed")
	case control.Version:
		x.reply(x.version(c))
	case control.Prove:
		return x.prove(c)
	case control.Plan:
		x.reply(x.plan(c))
	case control.Load:
		return x.load(c)
	case control.Thrown:
		e, err := x.find(c.Flow)
		if err == nil {
			err = e.tell(c)
		}
		x.reply("", err)
	case control.Ask:
		if e, err := x.find(c.Flow); err != nil {
			x.no(err)
		} else {
			x.report(ctx, e)
		}
	case control.Forget:
		e, err := x.find(c.Flow)
		if err == nil {
			x.forget(e)
		}
		x.reply("", err)
	case control.Carry:
		x.no(errors.New("stones: they need a connection of their own"))
	}
	return ""
}

// help lists the commands.
func help() []string {
	return []string{
		"time           what time it is here",
		"echo TEXT      TEXT comes back",
		"throw N        N stones come, a line each; throw N SIZE: each of SIZE bytes",
		"stats          who is here, and what was caught",
		"limits         what is allowed at most",
		"bye            the end",
		"anything else is a message, and printed here",
		"for programs: stones 2, prove, plan, load, thrown, report, forget",
	}
}

// said prints a message.
func (x *session) said(text string) {
	x.server.journal.write(ofClients, slog.LevelInfo, "message", slog.Int("session", x.number), foreign("text", text))
	x.server.tell(func(o Observer) { o.Said(x.client(false), prose.Safe(text)) })
}

// throwLines throws stones that a person can read.
func (x *session) throwLines(c control.Throw) {
	for i := range c.Count {
		text := fmt.Sprintf("stone %d of %d", i+1, c.Count)
		if pad := c.Size - len(text) - len(" \n"); pad > 0 {
			text += " " + strings.Repeat(".", pad-1)
		}
		x.line(text)
	}
	x.ok("")
}

// stats says who is here.
func (x *session) stats() {
	now := x.server.World.Now()
	for _, c := range x.server.Clients() {
		x.line(fmt.Sprintf("session %d from %s for %v", c.Number, c.Address, (now - c.Since).Truncate(time.Second)))
		for _, e := range c.Flows {
			x.line(fmt.Sprintf("  %s: %s", e.Transport, summary(e)))
		}
	}
	x.line(fmt.Sprintf("datagrams of strangers: %d", x.server.Strangers()))
	x.ok("")
}

// summary sums up a flow in a line.
func summary(e control.Notice) string {
	if e.Reverse {
		return fmt.Sprintf("%d of %d stones of %d B thrown from here", max(e.Thrown, 0), e.Planned, e.Size)
	}
	return fmt.Sprintf("%d of %d stones of %d B caught, %d copies, %d damaged, %d foreign", e.Caught, e.Planned, e.Size, e.Copies, e.Damaged, e.Foreign)
}

// version agrees on the protocol's version.
func (x *session) version(c control.Version) (string, error) {
	if c.Version != control.Spoken {
		return "", fmt.Errorf("version %q: this server speaks %s", c.Version, control.Spoken)
	}
	if !x.spoken {
		s := x.server
		s.mu.Lock()
		defer s.mu.Unlock()
		err := s.room(x)
		if err != nil {
			return "", err
		}
		if x.challenge, err = seal.NewChallenge(s.Rand); err != nil {
			return "", err
		}
		x.spoken = true
	}
	return control.Welcome{Challenge: x.challenge, Key: len(x.server.Key) > 0}.String(), nil
}

// prove checks the client's proof of the key, and answers with the server's. Only so
// many wrong guesses are answered.
func (x *session) prove(c control.Prove) (end string) {
	s := x.server
	switch {
	case !x.spoken:
		x.no(errSpeak)
	case len(s.Key) == 0:
		x.no(errors.New("prove: there is no key here"))
	case seal.Equal(c.Proof, seal.Prove(s.Key, seal.Thrower, x.challenge, c.Nonce, x.binding)):
		if err := s.mean(x); err != nil {
			x.no(err)
			return "no room"
		}
		x.proven = true
		x.ok(fmt.Sprintf("%x", seal.Prove(s.Key, seal.Catcher, x.challenge, c.Nonce, x.binding)))
	default:
		s.journal.write(ofStrangers, slog.LevelWarn, "wrong key", slog.Int("session", x.number), foreign("from", x.from))
		if s.guessed(x.guard.place) {
			x.no(errors.New("key: wrong key"))
		}
		return "wrong key"
	}
	return ""
}

var errSpeak = errors.New(`version: say "stones 2" first`)
