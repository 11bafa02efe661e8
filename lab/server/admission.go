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
// A connection is a stranger's until it has proved the key or, where there is none, has
// made a plan; a connection of stones, until it has given the proof of its flow.
// Strangers have places of their own. When all are taken, the oldest stranger of the
// address that has most is evicted. So nobody is kept out by others who connect and say
// little, and whoever is no longer a stranger is never evicted.

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

// most is the largest number of strangers from one address.
func (c *crowd) most() int {
	most := 0
	for _, n := range c.from {
		most = max(most, n)
	}
	return most
}

// placeOf returns where a connection comes from. An IPv6 /64 counts as one place: a
// customer has at least that many addresses (RFC 6177).
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

// errOthers is the answer to a stranger that is evicted.
var errOthers = errors.New("room: too many connections; you had neither proved a key nor planned")

// admit records that a connection is open, as a stranger's. If it is one too many, it
// evicts another one.
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

// evict turns away the oldest stranger of the address that has most. It needs the
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

// settle records that a connection is no longer a stranger's. It needs the server's
// lock.
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

// join adds a session. Sessions of strangers are not limited: they hold little more
// than the connection, and with fewer places than connections have, a client far away
// would lose its own before its proof comes.
func (s *Server) join(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients++
	x.number = s.clients
	s.sessions = append(s.sessions, x)
}

// mean records that a client is no longer a stranger, if there is room for one more
// session.
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

// room returns an error that says when to come back, if there is no room for a client
// that is a stranger until now. It needs the server's lock.
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

// settled returns the number of sessions that are not strangers', from the place of x
// or, if that is nil, from anywhere. It needs the server's lock.
func (s *Server) settled(x *session) (n int) {
	for _, other := range s.sessions {
		if other.guard.means && (x == nil || other.guard.place == x.guard.place) {
			n++
		}
	}
	return n
}

// wait returns in how many seconds the first of those sessions ends. It needs the
// server's lock.
func (s *Server) wait(x *session) time.Duration {
	soonest := time.Duration(1<<63 - 1)
	for _, other := range s.sessions {
		if other.guard.means && (x == nil || other.guard.place == x.guard.place) {
			soonest = min(soonest, other.leaves())
		}
	}
	return max(1, (soonest-s.World.Now()+time.Second-1)/time.Second)
}

// Each wrong guess at the key costs an address a fifth of a second, and it may be a
// second ahead of the clock. Addresses share 256 buckets, by a hash. A right proof is
// never delayed.
const (
	perGuess    = time.Second / 5
	guessesOwed = time.Second
	purses      = 256
)

// guesses is how far each bucket of addresses is ahead of the clock.
type guesses [purses]time.Duration

// guessed records a wrong proof, and reports whether it is answered.
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
