package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"stones/lab/control"
	"stones/lab/seal"
	"stones/lab/stone"
)

// A traitor is a catcher that agrees to a flow, and then breaks the agreement: a test
// decides what it says on the connection of stones.
type traitor struct {
	net.Listener
	carried func(conn io.Writer, proof string)
	serving sync.WaitGroup
}

// traitorHere starts a traitor.
func traitorHere(t *testing.T, carried func(conn io.Writer, proof string)) *traitor {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &traitor{Listener: l, carried: carried}
	x.serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			x.serving.Go(func() { x.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		x.serving.Wait()
	})
	return x
}

func (x *traitor) serve(conn net.Conn) {
	defer conn.Close()
	ticket := control.Ticket{Flow: 7}
	r := control.NewReader(conn)
	for {
		text, err := r.ReadLine()
		if err != nil {
			return
		}
		answer := ""
		switch c, _ := control.Parse(text); c := c.(type) {
		case control.Version:
			answer = control.Welcome{}.String()
		case control.Echo:
			answer = c.Text
		case control.Plan:
			answer = ticket.String()
		case control.Ask:
			_, _ = io.WriteString(conn, "no the dog has eaten it\n")
			continue
		case control.Carry:
			x.carried(conn, fmt.Sprintf("ok %x\n", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
			if half, ok := conn.(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
			_, _ = io.Copy(io.Discard, r)
			return
		}
		_, _ = conn.Write(control.AppendOK(nil, answer))
	}
}

// A fault of the other end is not a broken law of ours, and its refusal is one even if
// it comes late.
func TestTraitors(t *testing.T) {
	one := stone.Stone{Flow: 7, Number: 1, Size: 100}.Append(nil)
	two := stone.Stone{Flow: 7, Number: 2, Size: 100}.Append(nil)
	late := stone.Stone{Flow: 7, Number: 2, Size: 100, Due: 1}.Append(nil)
	other := stone.Stone{Flow: 8, Number: 1, Size: 100}.Append(nil)
	for _, tt := range []struct {
		name    string
		stones  string
		no      bool
		forward bool
		code    int
		want    string
	}{
		{"garbage", strings.Repeat("garbage ", 100), false, false, exitUnfinished, "wrong size: 1734439522"},
		{"garbage behind a stone", string(one) + strings.Repeat("garbage ", 100), false, false, exitUnfinished, "wrong size: 1734439522"},
		{"half a stone", string(one[:50]), false, false, exitUnfinished, "EOF"},
		{"a damaged stone", string(one[:99]) + "x", false, false, exitUnfinished, "damaged"},
		{"a stone twice", string(one) + string(one), false, false, exitUnfinished, "stone 1 of flow 7 came; the next one is stone 2 of flow 7"},
		{"out of order", string(two) + string(one), false, false, exitUnfinished, "stone 2 of flow 7 came; the next one is stone 1 of flow 7"},
		{"of another flow", string(other), false, false, exitUnfinished, "stone 1 of flow 8 came; the next one is stone 1 of flow 7"},
		{"of another plan", string(one) + string(late), false, false, exitUnfinished, "stone 2 is none of the plan's"},
		{"no", "", true, false, exitRefused, "refused: flow 7: gone"},
		{"no, forward", "", true, true, exitRefused, "refused: flow 7: gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := traitorHere(t, func(conn io.Writer, proof string) {
				if tt.no {
					proof = "no flow 7: gone\n"
				}
				_, _ = io.WriteString(conn, proof+tt.stones)
			})
			args := []string{"throw", "--to", x.Addr().String(), "--only", "tcp", "--count", "10", "--size", "100", "--rate", "100"}
			if !tt.forward {
				args = append(args, "-R")
			}
			code, said, errs := played(t, args...)
			if code != tt.code || !strings.Contains(errs, tt.want) || strings.Count(errs, "\n") != 1 || strings.Contains(errs, "law") {
				t.Errorf("exit code %d: %s%s; want %d, %q", code, errs, said, tt.code, tt.want)
			}
		})
	}
}
