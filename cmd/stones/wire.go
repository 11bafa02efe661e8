package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/quantity"
	"stones/lab/relay"
	"stones/lab/report"
)

// A stretch is the command that puts a wire between two programs.
type stretch struct {
	program
	flags    *pflag.FlagSet
	settings knob.Settings

	listen, to string
	open       bool
	count      int
	time       time.Duration
	json       bool
	pcap       string
	force      bool
}

// newWire returns the command.
func (p program) newWire() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wire",
		Short: "Put an emulated wire between programs that have UDP sockets of their own",
		Long: `Put an emulated wire between any two programs that speak over UDP: the client
sends to --listen instead of to the other program, which listens at --to. What
the wire lets through goes on, and what comes back goes back the same way.

Nothing happens on the wire but what the knobs say. The n-th datagram of a
client meets the same chances in every run with the same seed; where a knob
speaks of stones, it is the n-th datagram of each client in that direction. An
interrupt is the ordinary end: then it says what became of all datagrams.`,
		Example: `  stones wire --listen :9000 --to :9001 --loss 10% --delay 20ms
  stones wire --listen :9000 --to :9001 --drop 1 --drop-back 1   the first of each way
  stones wire --listen :9000 --to :9001 --duplicate 5% --reorder 5% --delay 10ms --seed 7
  stones wire --listen :9000 --to :9001 --count 1000 -J          a thousand, then the counts`,
		Args: noWords,
	}
	s := &stretch{program: p, flags: cmd.Flags()}
	s.flags.SortFlags = false
	plain(s.flags, "listen", "", knob.Word(), &s.listen)
	plain(s.flags, "to", "", knob.Word(), &s.to)
	plain(s.flags, "open", "", knob.Toggle(), &s.open)
	for _, k := range knob.All() {
		if k.Group == knob.Way || k.Word == "seed" {
			addKnob(s.flags, k, &s.settings)
			if k.Group == knob.Way {
				s.flags.Lookup(k.Word).DefValue = "" // the wire is perfect by default
			}
		}
	}
	s.flags.Var(listFlag{s.settings.AddChange}, "at", usage("at"))
	s.flags.Var(listFlag{s.settings.AddCycle}, "every", usage("every"))
	s.settings.FromFiles(readValue)
	plain(s.flags, "count", "", knob.Whole(1, lab.MaxCount), &s.count)
	plain(s.flags, "time", "", knob.During(lab.MinTime, 24*time.Hour), &s.time)
	plain(s.flags, "json", "J", knob.Toggle(), &s.json)
	plain(s.flags, "pcap", "", knob.Word(), &s.pcap)
	plain(s.flags, "force", "", knob.Toggle(), &s.force)
	cmd.InitDefaultHelpFlag()
	s.flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return s.do(cmd.Context()) }
	return cmd
}

// do relays datagrams until the end, and reports what became of them.
func (s *stretch) do(ctx context.Context) error {
	door, to, err := s.ends()
	if err != nil {
		return err
	}
	cfg := relay.Config{To: to, Count: s.count}
	if cfg.Out, cfg.Back, cfg.Seed, err = s.settings.Wires(); err != nil {
		return errors.Join(err, door.Close())
	}
	finishCapture := func() error { return nil }
	if s.pcap != "" {
		tap, finish, err := s.capture(door.LocalAddr().(*net.UDPAddr).AddrPort(), to)
		if err != nil {
			return errors.Join(err, door.Close())
		}
		cfg.Tap, finishCapture = tap, finish
	}
	r := relay.New(door, cfg)
	fmt.Fprintf(s.stderr, "listening at %s for what is to go to %s; an interrupt ends it\n", door.LocalAddr(), to)
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	if s.time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.time)
		defer cancel()
	}
	began := time.Now()
	r.Run(ctx)
	err = finishCapture()
	told := report.Relayed{Clients: len(r.Clients()), Seed: cfg.Seed, Ran: time.Since(began)}
	told.Ways[0], told.Ways[1] = r.Counts()
	told.Broken = cmp.Or(told.Ways[0].Check(), told.Ways[1].Check())
	if wrote := s.tell(told); err == nil {
		err = wrote
	}
	switch {
	case told.Broken != nil:
		return &failure{exitBroken, told.Broken}
	case err != nil:
		return &failure{exitUnfinished, err}
	}
	return nil
}

// tell writes what became of the datagrams.
func (s *stretch) tell(told report.Relayed) error {
	if !s.json {
		return report.Relay(s.stdout, told, s.page)
	}
	type delays struct {
		P50 float64 `json:"p50"`
		P99 float64 `json:"p99"`
		Max float64 `json:"max"`
	}
	type way struct {
		relay.Counts
		Delay *delays `json:"delay_ms"` // null if nothing came
	}
	of := func(c relay.Counts) way {
		if c.DelayMax == 0 {
			return way{Counts: c}
		}
		ms := func(d time.Duration) float64 { return lab.Milliseconds(d).Value }
		return way{c, &delays{ms(c.DelayP50), ms(c.DelayP99), ms(c.DelayMax)}}
	}
	out := json.NewEncoder(s.stdout)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		Version string `json:"stones"`
		Seed    uint64 `json:"seed"`
		Clients int    `json:"clients"`
		Out     way    `json:"out"`
		Back    way    `json:"back"`
	}{version, told.Seed, told.Clients, of(told.Ways[0]), of(told.Ways[1])})
}

// ends returns the socket to which clients send, and the address of the other program.
func (s *stretch) ends() (door *net.UDPConn, to netip.AddrPort, err error) {
	const needed = "needed, e.g. :9000"
	if s.listen == "" {
		return nil, to, &quantity.InvalidError{Word: "listen", Value: s.listen, Why: needed}
	}
	if s.to == "" {
		return nil, to, &quantity.InvalidError{Word: "to", Value: s.to, Why: "needed: where the other program listens, e.g. :9001"}
	}
	here := "127.0.0.1"
	if s.open {
		here = "0.0.0.0"
	}
	for word, text := range map[string]string{"listen": s.listen, "to": s.to} {
		if quantity.Digits(text) {
			return nil, to, &quantity.InvalidError{Word: word, Value: text, Why: "a port stands behind a colon; write :" + text}
		}
	}
	at, err := parseListen(local(s.listen, here), -1)
	wrong := func(why string) error { return &quantity.InvalidError{Word: "listen", Value: s.listen, Why: why} }
	switch {
	case err != nil:
		return nil, to, wrong(err.Error())
	case at.port < 0:
		return nil, to, wrong("there is no port; write e.g. :9000")
	case !at.ip.IsLoopback() && !s.open:
		return nil, to, wrong("others can reach this address; say --open if they may")
	}
	other, err := readPlace(local(s.to, "127.0.0.1"), 1, -1)
	if err == nil && other.port < 0 {
		err = errors.New("there is no port; write e.g. :9001")
	}
	var resolved *net.UDPAddr
	if err == nil {
		resolved, err = net.ResolveUDPAddr("udp", net.JoinHostPort(other.host, fmt.Sprint(other.port)))
	}
	if err != nil {
		why := err.Error()
		if unresolved := new(net.DNSError); errors.As(err, &unresolved) {
			why = unresolved.Err
		}
		return nil, to, &quantity.InvalidError{Word: "to", Value: s.to, Why: why}
	}
	to = netip.AddrPortFrom(resolved.AddrPort().Addr().Unmap(), resolved.AddrPort().Port())
	if to.Port() == uint16(at.port) && to.Addr() == at.ip {
		return nil, to, &quantity.InvalidError{Word: "to", Value: s.to, Why: "that is where the relay itself listens"}
	}
	door, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at.ip, uint16(at.port))))
	if err != nil {
		why := err.Error()
		if wrapped := new(os.SyscallError); errors.As(err, &wrapped) {
			why = wrapped.Err.Error()
		}
		return nil, to, wrong(why)
	}
	_ = door.SetReadBuffer(4 << 20)
	return door, to, nil
}

// local puts a host in front of a port without one.
func local(text, host string) string {
	if strings.HasPrefix(text, ":") {
		return host + text
	}
	return text
}
