package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"stones/lab/control"
	"stones/lab/seal"
	"stones/lab/stone"
)

// catchDatagrams reads the UDP socket until the server stops.
func (s *Server) catchDatagrams(ctx context.Context) {
	buf := make([]byte, maxDatagram+1)
	for {
		n, from, err := s.packets.ReadFrom(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) || s.isStopped() {
				return
			}
			s.journal.write(ofStrangers, slog.LevelError, "receive", foreign("error", err.Error()))
			_ = s.World.SleepUntil(ctx, s.World.Now()+breather)
			continue
		}
		at := s.World.Now()
		if s.Arrived != nil {
			at = s.Arrived()
		}
		if sender, ok := from.(origin); ok {
			s.datagram(ctx, buf[:n], sender, at)
		}
	}
}

// An origin is where a datagram came from, as the socket gives it. An answer goes
// to the same value, which may know more than the address: at which of this
// computer's addresses the datagram was received.
type origin interface {
	net.Addr
	AddrPort() netip.AddrPort
}

// datagram handles one datagram. One of no flow leaves nothing behind, and costs no
// allocation.
func (s *Server) datagram(ctx context.Context, b []byte, sender origin, at time.Duration) {
	defer s.recovered()
	from := sender.AddrPort()
	if s.stone(b, from, at) {
		return
	}
	switch d := control.ParseDatagram(b); d.Word {
	case control.Hello:
		s.greeted = from
		s.greet(sender, len(b))
	case control.Knock:
		if e := s.find(d.Flow); e != nil && e.plan.Reverse && e.plan.Transport == "udp" && !e.over() {
			cookie := control.Datagram{Word: control.Cookie, Cookie: s.baker.Bake(from, d.Flow, s.World.Now())}
			_, _ = s.packets.WriteTo(cookie.Append(nil), sender)
		} else {
			s.strangers.Add(1)
		}
	case control.Open:
		s.openReverse(ctx, d, sender)
	case control.None, control.Cookie:
		if from == s.greeted {
			return // an answer to the greeting
		}
		if s.strangers.Add(1)%strangersPerLine == 1 {
			s.journal.write(ofStrangers, slog.LevelWarn, "datagrams of strangers", slog.Int64("so_far", s.strangers.Load()), slog.Any("last", from))
		}
	}
}

// strangersPerLine is how many datagrams of strangers are logged as one line.
const strangersPerLine = 10_000

// stone takes a datagram if it is a stone of a running flow, and reports whether it is.
// A stone with a wrong tag counts as damaged if it comes from the flow's address;
// otherwise it is not one.
func (s *Server) stone(b []byte, from netip.AddrPort, at time.Duration) bool {
	if len(b) < stone.HeaderLen+seal.TagLen {
		return false
	}
	head, err := stone.Peek(b)
	if err != nil {
		return false
	}
	e := s.find(head.Flow)
	if e == nil || e.plan.Transport != "udp" || e.plan.Reverse || s.World.Now() > e.last {
		return false
	}
	inner, ok := e.tagger.Open(b)
	if !ok {
		return e.damaged(from)
	}
	if !e.heard(from) {
		s.strangers.Add(1)
		if s.strangers.Load()%strangersPerLine == 1 {
			s.journal.write(ofStrangers, slog.LevelWarn, "stones of a flow from another address", slog.Any("last", from))
		}
		return true // replayed by somebody who has overheard it
	}
	st, err := stone.Parser(e.plan.Carrying)(inner)
	e.catch(st, err, at)
	return true
}

// heard records where a stone came from, and reports whether that is the address of the
// stones before it.
func (x *flow) heard(from netip.AddrPort) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.from.IsValid() && x.from != from {
		return false
	}
	x.from = from
	x.reads++
	return true
}

// damaged counts a datagram with a wrong tag, if it comes from the address of the
// flow's stones.
func (x *flow) damaged(from netip.AddrPort) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.from != from || x.counts.Over {
		return false
	}
	x.counts.Damaged++
	x.reads++
	return true
}

// greet sends as much of the greeting as is no longer than what came, headers included,
// so that it amplifies no attack.
func (s *Server) greet(to net.Addr, room int) {
	const headers = 40 + 8 // of IPv6 and UDP; those of IPv4 are shorter
	room += headers
	for _, text := range s.Greeting {
		if room -= headers + len(text) + 1; room < 0 {
			return
		}
		_, _ = s.packets.WriteTo(append([]byte(text), '\n'), to)
	}
}

// openReverse throws stones at an address, which must have shown that it receives there
// and that it knows the flow's secret.
func (s *Server) openReverse(ctx context.Context, d control.Datagram, from origin) {
	e := s.find(d.Flow)
	if e == nil || !e.plan.Reverse || e.plan.Transport != "udp" || !s.baker.Check(d.Cookie, from.AddrPort(), d.Flow, s.World.Now()) {
		s.strangers.Add(1)
		return
	}
	signed := append(d.Signed(nil), d.Tag[:]...)
	if _, ok := e.tagger.Open(signed); !ok {
		s.strangers.Add(1)
		return
	}
	if e.claim(nil) {
		s.run(func() { e.throwDatagrams(ctx, from) })
	}
}
