package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"stones/lab"
	"stones/lab/clock"
	"stones/lab/path/remote"
	"stones/lab/report"
	"stones/lab/run"
	"stones/lab/server"
)

// A stranger is a connection, its listener, a UDP socket and the dialer of all of them.
// It says one thing, once, whatever it is asked.
type stranger struct {
	said   io.Reader
	word   []byte // as a datagram
	gone   chan struct{}
	closed sync.Once
	taken  bool // by Accept
	given  bool // the datagram
}

func newStranger(said []byte) *stranger {
	return &stranger{said: bytes.NewReader(said), word: said, gone: make(chan struct{})}
}

func (s *stranger) Read(b []byte) (int, error)       { return s.said.Read(b) }
func (s *stranger) Write(b []byte) (int, error)      { return len(b), nil }
func (s *stranger) CloseWrite() error                { return nil }
func (s *stranger) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (s *stranger) RemoteAddr() net.Addr             { return s.LocalAddr() }
func (s *stranger) SetDeadline(time.Time) error      { return nil }
func (s *stranger) SetReadDeadline(time.Time) error  { return nil }
func (s *stranger) SetWriteDeadline(time.Time) error { return nil }

func (s *stranger) Close() error {
	s.closed.Do(func() { close(s.gone) })
	return nil
}

func (s *stranger) DialContext(context.Context, string, string) (net.Conn, error) { return s, nil }

// A door lets one stranger in, and over UDP takes its one datagram.
type door struct {
	*stranger
	shut chan struct{}
	once sync.Once
}

func (d *door) Accept() (net.Conn, error) {
	if !d.taken {
		d.taken = true
		return d.stranger, nil
	}
	<-d.shut
	return nil, os.ErrDeadlineExceeded
}

func (d *door) Addr() net.Addr { return d.LocalAddr() }
func (d *door) Close() error   { return nil }

func (d *door) SetDeadline(time.Time) error {
	d.once.Do(func() { close(d.shut) })
	return nil
}

func (d *door) ReadFrom(b []byte) (int, net.Addr, error) {
	if !d.given {
		d.given = true
		return copy(b, d.word), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7}, nil
	}
	<-d.shut
	return 0, nil, os.ErrDeadlineExceeded
}

func (d *door) WriteTo(b []byte, _ net.Addr) (int, error) { return len(b), nil }

// A house is the world of a server with one stranger in front of it.
type house struct {
	*clock.Real
	stranger *stranger
	tasks    sync.WaitGroup
}

func (h *house) Go(task func()) { h.tasks.Go(task) }

// SleepUntil returns soon: nothing happens here meanwhile.
func (h *house) SleepUntil(ctx context.Context, at time.Duration) error {
	return h.Real.SleepUntil(ctx, min(at, h.Now()+10*time.Microsecond))
}

func (h *house) Listen(context.Context, string, string) (net.Listener, error) {
	return &door{stranger: h.stranger, shut: make(chan struct{})}, nil
}

func (h *house) ListenPacket(context.Context, string, string) (net.PacketConn, error) {
	return &door{stranger: h.stranger, shut: make(chan struct{})}, nil
}

// caughtFrom returns all that a catcher shows and logs of a stranger.
func caughtFrom(t *testing.T, said []byte) map[string]string {
	t.Helper()
	h := &house{Real: clock.NewReal(), stranger: newStranger(said)}
	var screen, text, json bytes.Buffer
	s := &server.Server{World: h}
	b := &board{w: &screen, live: true, here: func() ([]server.Client, int) { return s.Clients(), s.Strangers() }}
	s.Observer = b
	s.Log = slog.New(slog.NewMultiHandler(slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&json, nil), slog.NewTextHandler(b, nil)))
	if err := s.Listen(t.Context(), "127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	h.Go(func() {
		<-h.stranger.gone
		s.Stop()
	})
	if err := s.Serve(t.Context()); err != nil {
		t.Error(err)
	}
	h.tasks.Wait()
	b.draw()
	if err := b.end(); err != nil {
		t.Error(err)
	}
	return map[string]string{"the screen": moves.ReplaceAllString(screen.String(), ""), "the log": text.String(), "the log as JSON": json.String()}
}

// moves match the board's cursor movements.
var moves = regexp.MustCompile(`\x1b\[[0-9]+A\x1b\[J`)

// greetedBy returns what stones hello prints of a stranger's greeting.
func greetedBy(t *testing.T, said []byte) map[string]string {
	t.Helper()
	tcp, udp := &talk{Talk: report.Talk{Transport: "tcp"}}, &talk{Talk: report.Talk{Transport: "udp"}}
	tcp.converse(t.Context(), newStranger(said), 7, nil)
	udp.converse(t.Context(), newStranger(said), 1024, func() error { return nil })
	var out bytes.Buffer
	if err := report.Hello(&out, []report.Talk{tcp.Talk, udp.Talk}); err != nil {
		t.Error(err)
	}
	return map[string]string{"hello": out.String()}
}

// A visitor is this end of a stranger.
type visitor struct {
	pupil
	*stranger
}

func (v *visitor) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return v.stranger.DialContext(ctx, network, address)
}

// thrownAt returns what stones throw prints of a flow with a stranger, which has agreed
// to the version first, or has not.
func thrownAt(t *testing.T, said []byte, agreed bool) map[string]string {
	t.Helper()
	if agreed {
		said = append([]byte("hello\nok stones 2 challenge="+strings.Repeat("00", 16)+" key=no\n"), said...)
	}
	s, err := remote.Open(t.Context(), remote.Config{Net: &visitor{pupil{Real: clock.NewReal()}, newStranger(said)}, Address: "teacher.example"})
	if err != nil {
		return map[string]string{"the error": message(err) + "\n"}
	}
	defer s.Close()
	e := classroomPlan(1000, lab.MinTime)
	e = e.Only(lab.TCP)
	r, err := run.Run(t.Context(), e, run.Path{Open: func(lab.Experiment) (run.World, error) { return s.World(nil), nil }})
	if err != nil {
		return map[string]string{"the error": message(err) + "\n"}
	}
	doc := lab.Document{Version: version, Results: []lab.Result{r}}
	shown := map[string]string{}
	if err := outcome(doc.Results, nil); err != nil {
		shown["the error"] = message(err) + "\n"
	}
	for _, name := range []string{"table", "csv", "json"} { // what stands in the others stands in these
		write := report.Formats[name]
		var out bytes.Buffer
		if err := write(&out, doc, report.View{}); err != nil {
			t.Error(err)
		}
		shown[name] = out.String()
	}
	return shown
}

// clean returns an error if a text is not fit to be shown.
func clean(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8")
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && !strconv.IsPrint(r) {
			return errors.New("it has " + strconv.QuoteRune(r))
		}
	}
	return nil
}

// Whatever strangers say, over TCP or UDP, to whichever command: nothing of it controls
// the terminal, breaks a line of the log or spoils the JSON.
func FuzzHostile(f *testing.F) {
	for _, said := range []string{
		"", "hello", "И тебе привет!", "echo \x1b[31mred\n\x07", "\x00\x01\x02", "stones 2\nplan tcp 5 100 5\nreport 1\n",
		"ok \x1b]0;title\x07\n", "no \x1b[2J\u202egone\n", " \x9b31m\nok\n", "\xff\xfe\n", "a\r\nb\rc\x0b\n", "GET / HTTP/1.1\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01", strings.Repeat("x", 2000), "ok round trip 1 of 5\nok flow=\x1b[1m secret=0\n", "stones \x1b[7m\n",
		"prove \u2028\nthrow 3 \u0007\nstats\nlimits\nhelp\nbye\n", "hello" + strings.Repeat(" ", 123),
	} {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		for _, shown := range []map[string]string{caughtFrom(t, said), greetedBy(t, said), thrownAt(t, said, false), thrownAt(t, said, true)} {
			for where, text := range shown {
				if err := clean(text); err != nil {
					t.Errorf("%q is shown in %s as %q: %v", said, where, text, err)
				}
			}
		}
	})
}
