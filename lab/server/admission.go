package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Who gets in.
//
// Whoever connects is a stranger until it has shown that it means it: where there is a
// key, by proving that it knows it; where there is none, by a plan; a connection of
// stones, by the proof that its flow gives. Strangers have places of their own, all
// of which can be taken: then the oldest one has to go, of the address that has most.
// So nobody is kept out by others who connect and say little, and those who have
// shown it never have to go.

// A crowd is how many strangers there are, by address. The zero value is empty.
type crowd struct {
	all  int
	from map[netip.Addr]int
}

func (c *crowd) add(from netip.Addr, n int) {
	if c.from == nil {
		c.from = make(map[netip.Addr]int)
	}
	c.all += n
	if c.from[from] += n; c.from[from] == 0 {
		delete(c.from, from)
	}
}

// most is how many there are of the address that has most.
func (c *crowd) most() int {
	most := 0
	for _, n := range c.from {
		most = max(most, n)
	}
	return most
}

// placeOf is where a connection comes from. All of a network that IPv6 gives to one
// customer is one place (RFC 6177).
func placeOf(at net.Addr) netip.Addr {
	tcp, ok := at.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	a := tcp.AddrPort().Addr().Unmap()
	if a.Is6() {
		network, _ := a.WithZone("").Prefix(64)
		return network.Addr()
	}
	return a
}

// errOthers is told to those who have to go.
var errOthers = errors.New("room: others came, and you had not shown that you mean it")

// admit notes that a connection is open, as a stranger's. If it is one too many,
// another one has to go.
func (s *Server) admit(conn net.Conn) *guarded {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	if s.crowd.all >= s.limits.Connections {
		s.evict()
		s.journal.write(ofStrangers, slog.LevelWarn, "turned away", slog.Int("connections", s.limits.Connections))
	}
	g := &guarded{Conn: conn, place: placeOf(conn.RemoteAddr()), stranger: true}
	s.open = append(s.open, g)
	s.crowd.add(g.place, 1)
	return g
}

// evict sends the oldest stranger away, of the address that has most. It needs the
// server's lock.
func (s *Server) evict() {
	most := s.crowd.most()
	for _, g := range s.open {
		if g.stranger && s.crowd.from[g.place] == most {
			s.settle(g)
			g.turnAway()
			return
		}
	}
}

// settle notes that one is no stranger any more. It needs the server's lock.
func (s *Server) settle(g *guarded) {
	if g.stranger {
		g.stranger = false
		s.crowd.add(g.place, -1)
	}
}

// leave closes a connection.
func (s *Server) leave(g *guarded) {
	_ = g.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(g)
	s.open = remove(s.open, g)
}

// join makes a session of a connection. Strangers' sessions have no places of their
// own: what they hold is little more than the connection, and with fewer places than
// connections have, who is far away would lose its own before its proof comes.
func (s *Server) join(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients++
	x.number = s.clients
	s.sessions = append(s.sessions, x)
}

// mean notes that a client has shown that it means it, if there is room for one more
// of them.
func (s *Server) mean(x *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.room(x)
	if err == nil {
		x.guard.means = true
		s.settle(x.guard)
	}
	return err
}

// room says when to come back if there is none for a client that means it. It needs the
// server's lock.
func (s *Server) room(x *session) error {
	if x.guard.means {
		return nil
	}
	all, near := s.settled(nil), s.settled(x)
	switch {
	case all >= s.limits.Sessions:
		return fmt.Errorf("room: %d of %d sessions; come back in %d s", all, s.limits.Sessions, s.wait(nil))
	case len(s.Key) == 0 && near >= s.limits.PerAddress:
		return fmt.Errorf("room: %d of %d sessions from one address; come back in %d s", near, s.limits.PerAddress, s.wait(x))
	}
	return nil
}

// settled is how many sessions there are of those who mean it, from where x is or, if
// that is nil, from anywhere. It needs the server's lock.
func (s *Server) settled(x *session) (n int) {
	for _, other := range s.sessions {
		if other.guard.means && (x == nil || other.guard.place == x.guard.place) {
			n++
		}
	}
	return n
}

// wait is in how many seconds the first of those sessions ends. It needs the server's
// lock.
func (s *Server) wait(x *session) time.Duration {
	soonest := time.Duration(1<<63 - 1)
	for _, other := range s.sessions {
		if other.guard.means && (x == nil || other.guard.place == x.guard.place) {
			soonest = min(soonest, other.leaves())
		}
	}
	return max(1, (soonest-s.World.Now()+time.Second-1)/time.Second)
}

// Guesses at the key cost an address a fifth of a second each, and a second may be
// owed. Addresses share what they owe by chance, which delays nobody whose proof is
// right.
const (
	perGuess    = time.Second / 5
	guessesOwed = time.Second
	purses      = 256
)

// guesses is how far ahead of the clock addresses are.
type guesses [purses]time.Duration

// guessed notes a wrong proof, and reports whether it is answered.
func (s *Server) guessed(from netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := from.As16()
	n := 0
	for _, b := range b {
		n = (31*n + int(b)) % purses
	}
	now, used := s.World.Now(), &s.guesses[n]
	if *used = max(*used, now); *used+perGuess-now > guessesOwed {
		return false
	}
	*used += perGuess
	return true
}
