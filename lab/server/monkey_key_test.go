package server

import (
	"errors"
	"fmt"
	"io"
	"time"

	"stones/lab/control"
	"stones/lab/seal"
)

// enter proves the key, and returns when it began.
func (m *monkey) enter() (v *visitor, began time.Duration) {
	m.entering++
	defer func() { m.entering-- }()
	m.rest(100 * ms)
	began = m.Now()
	v = m.visit()
	v.conn.SetDeadline(m.Time(began + time.Minute))
	v.hear(DefaultGreeting()...)
	v.write("stones 2\n")
	text, err := v.lines.ReadReply(nil)
	w, bad := control.ParseWelcome(text)
	if err := errors.Join(err, bad); err != nil {
		m.Errorf("who knows the key: %v", err)
	}
	v.say(control.Prove{Proof: seal.Prove(m.key, seal.Thrower, w.Challenge, [16]byte{}, nil)}.String(),
		fmt.Sprintf("ok %x", seal.Prove(m.key, seal.Catcher, w.Challenge, [16]byte{}, nil)))
	return v, began
}

// honest throws, or catches, and checks the report against what it has thrown.
func (m *monkey) honest() {
	for range 1 + m.IntN(3) {
		v, began := m.enter()
		count := 1 + m.IntN(50)
		plan := control.Plan{Transport: []string{"tcp", "udp"}[m.IntN(2)], Count: count, Size: 32 + m.IntN(1000), Duration: time.Second}
		if m.IntN(3) == 0 {
			plan.Reverse, plan.Rate, plan.Pattern = true, "1000/s", "steady"
		}
		ticket := v.agree(plan)
		m.flows = append(m.flows, ticket)
		if took := m.Now() - began; took > 2*time.Second {
			m.Errorf("who knows the key is served after %v", took)
		}
		if v.exchange(m, ticket, plan); m.Failed() {
			v.conn.Close()
			return
		}
		r, arrivals := v.asks(ticket)
		numbers := make(map[uint64]bool)
		for _, a := range arrivals {
			numbers[a.Number] = true
		}
		if len(arrivals) != count || len(numbers) != count || r.Damaged+r.Foreign != 0 || plan.Reverse && r.Thrown != count {
			m.Errorf("%s: %d stones, and %d others, of %d; %+v", plan, len(numbers), len(arrivals)-len(numbers), count, r)
		}
		v.bye()
	}
}

// exchange throws, or catches, the stones of a flow.
func (v *visitor) exchange(m *monkey, ticket control.Ticket, plan control.Plan) {
	switch {
	case plan.Reverse && plan.Transport == "tcp":
		w := m.greeted()
		w.conn.SetDeadline(m.Time(m.Now() + time.Minute))
		w.say(control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String(), fmt.Sprintf("ok %x", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
		if n, err := io.Copy(io.Discard, w.lines); int(n) != plan.Count*plan.Size || err != nil {
			m.Errorf("%s: %d B come, %v", plan, n, err)
		}
		w.conn.Close()
	case plan.Reverse:
		conn := v.knocks(ticket)
		conn.SetDeadline(m.Time(m.Now() + time.Minute))
		buf := make([]byte, 2000)
		for range plan.Count {
			if _, err := conn.Read(buf); err != nil {
				m.Errorf("%s: %v", plan, err)
				return
			}
		}
		conn.Close()
	case plan.Transport == "tcp":
		v.throwTCP(ticket, plan, numbers(plan.Count)...)
		v.say(control.Thrown{Flow: ticket.Flow, Planned: plan.Count, Attempted: plan.Count, Thrown: plan.Count}.String(), "ok")
	default:
		conn := v.throwUDP(ticket, plan, numbers(plan.Count)...)
		m.rest(time.Second)
		tagger := seal.NewTagger(ticket.Secret)
		for s := range stones(ticket, plan, numbers(plan.Count)) {
			m.overheard = append(m.overheard, tagger.Append(s.Append(nil)))
		}
		m.rest(time.Second)
		conn.Close()
	}
}

// insider proves the key, and then says anything.
func (m *monkey) insider() {
	v, _ := m.enter()
	defer v.conn.Close()
	many := 1 + m.IntN(20)
	v.conn.SetDeadline(m.Time(m.Now() + 30*time.Second))
	m.Go(func() {
		for range many {
			if _, err := io.WriteString(v.conn, m.anything(true)); err != nil {
				return
			}
			m.rest(300 * ms)
		}
		_, _ = io.WriteString(v.conn, "bye\n")
	})
	if m.IntN(2) == 0 {
		m.rest(2 * time.Second)
		return
	}
	for {
		text, err := v.lines.ReadReply(func(string) error { return nil })
		var refused *control.Refused
		if err != nil && !errors.As(err, &refused) {
			return
		}
		if t, err := control.ParseTicket(text); err == nil {
			m.flows = append(m.flows, t)
		}
	}
}
