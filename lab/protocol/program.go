package protocol

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"stones/lab/prose"
)

// A program is one end that runs as a process of its own, in whatever language. Each
// event is a line on its standard input. It answers with lines, of which the last one
// is "ok". Virtual time stands still meanwhile.
type program struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	lines   chan string   // its standard output
	silent  chan struct{} // closed when nobody listens any more
	pipes   []io.Closer
	readers sync.WaitGroup
	ended   error // why its output ended; valid once lines is closed
	patient *time.Timer
	said    lastWords
	hello   string
	greeted bool
	thrown  int
	done    bool
	failed  error
}

// Limits of what a program may say.
const (
	MaxLine   = 128 << 10       // bytes of a line
	MaxLines  = 10_000          // lines in answer to one event
	patience  = 3 * time.Second // for the answer to one event; with two farewells an end is over within 5 s
	farewell  = time.Second     // from the end of its input until it is killed
	maxErrors = 100             // lines on standard error that are shown
)

// start starts a program as one end.
func start(command *exec.Cmd, role Role, plan Plan, params Params) (Protocol, error) {
	p := &program{command: command, lines: make(chan string), silent: make(chan struct{}), patient: time.NewTimer(patience)}
	p.patient.Stop()
	alone(command)
	var out, errs io.ReadCloser
	var err error
	if p.stdin, err = command.StdinPipe(); err == nil {
		if out, err = command.StdoutPipe(); err == nil {
			errs, err = command.StderrPipe()
		}
	}
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = errors.New("what its first line names behind #! is not there")
		case errors.Is(err, syscall.ENOEXEC):
			err = errors.New("neither a program of this system nor a script whose first line names behind #! what runs it")
		}
		return nil, fmt.Errorf("cannot be started: %w", err)
	}
	p.pipes = []io.Closer{out, errs}
	p.said.over = make(chan struct{})
	p.readers.Go(func() { p.listen(out) })
	p.readers.Go(func() { p.said.listen(errs, plan.Say) })
	p.hello = fmt.Sprintf("hello 1 %s count=%d size=%d datagram=%d seed=%d", role, plan.Count, plan.Size, plan.Datagram, plan.Seed)
	if words := params.String(); words != "" {
		p.hello += " " + words
	}
	return p, nil
}

// listen passes on the lines of the program's output until it ends.
func (p *program) listen(out io.Reader) {
	defer close(p.lines)
	in := bufio.NewReaderSize(out, MaxLine)
	for {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			p.ended = fmt.Errorf("wrote a line of more than %d bytes", MaxLine)
			return
		case err != nil:
			p.ended = errors.New(notOK)
			return
		}
		select {
		case p.lines <- strings.TrimRight(string(line), "\r\n"):
		case <-p.silent:
			return
		}
	}
}

// tell sends the program an event, and carries out its answer.
func (p *program) tell(w Wire, event string) {
	if p.failed != nil {
		return
	}
	if p.greeted && p.early() {
		return
	}
	p.greeted = true
	if _, err := io.WriteString(p.stdin, event+"\n"); err != nil {
		p.failed = p.last(notOK)
		return
	}
	p.patient.Reset(patience)
	defer p.patient.Stop()
	for range MaxLines + 1 {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.failed = p.last(p.ended.Error())
				return
			}
			if line == "ok" {
				return
			}
			if err := p.obey(w, line); err != nil {
				p.failed = fmt.Errorf("said %s: %w", prose.Quote(prose.Cut(line, shownLine)), err)
				return
			}
		case <-p.patient.C:
			p.failed = p.last(fmt.Sprintf("said nothing for %v; did it flush its output?", patience))
			return
		}
	}
	p.failed = fmt.Errorf("said more than %d lines without ok", MaxLines)
}

// early reports whether the program has written something unasked.
func (p *program) early() bool {
	select {
	case line, ok := <-p.lines:
		if ok {
			p.failed = fmt.Errorf("said %s before it was asked; an answer ends with ok, once", prose.Quote(prose.Cut(line, shownLine)))
		}
		return ok
	default:
		return false
	}
}

// notOK is the error of a program that has ended too soon.
const notOK = "ended without saying ok"

// shownLine is how many characters of a wrong line are shown.
const shownLine = 60

// last returns what as an error, with the program's last line on standard error.
func (p *program) last(what string) error {
	select { // standard error may end a little after standard output
	case <-p.said.over:
	case <-time.After(farewell / 10):
	}
	if words := p.said.get(); words != "" {
		return fmt.Errorf("%s; its last words: %s", what, prose.Cut(prose.Safe(words), 2*shownLine))
	}
	return errors.New(what)
}

// obey carries out one line.
func (p *program) obey(w Wire, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "send", "deliver":
		b, err := base64.StdEncoding.DecodeString(rest)
		if err != nil {
			return errors.New("bytes are written in base64, with padding")
		}
		if word == "deliver" {
			w.Deliver(b)
			return nil
		}
		p.done = false
		w.Send(b)
	case "timer":
		return p.timer(w, rest)
	case "note":
		name, text, _ := strings.Cut(rest, " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) || !simple(name) {
			return errors.New("write note, a name of letters and digits, and a number")
		}
		w.Note(name, value)
	case "done":
		p.done = true
	default:
		return errors.New("allowed send, deliver, timer, note, done, ok")
	}
	return nil
}

// timer sets or stops one.
func (p *program) timer(w Wire, rest string) error {
	text, after, _ := strings.Cut(rest, " ")
	id, err := strconv.Atoi(text)
	if err != nil || id < 0 || id > MaxTimer {
		return fmt.Errorf("write timer, a number from 0 to %d, and seconds or off", MaxTimer)
	}
	if after == "off" {
		w.Set(id, 0)
		return nil
	}
	seconds, err := strconv.ParseFloat(after, 64)
	if least, most := MinAfter.Seconds(), MaxAfter.Seconds(); err != nil || !(seconds >= least && seconds <= most) {
		return fmt.Errorf("a timer runs for %v to %v seconds, or is off", least, most)
	}
	p.done = false
	w.Set(id, time.Duration(math.Round(seconds*1e9)))
	return nil
}

// simple reports whether a note's name is safe to show.
func simple(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 32
}

// at formats a time in seconds, with three to nine decimals.
func at(t time.Duration) string {
	text := fmt.Sprintf("%d.%09d", t/time.Second, t%time.Second)
	for strings.HasSuffix(text, "0") && len(text)-strings.IndexByte(text, '.') > 4 {
		text = text[:len(text)-1]
	}
	return text
}

func (p *program) event(w Wire, format string, args ...any) {
	p.tell(w, at(w.Now())+" "+fmt.Sprintf(format, args...))
}

// Begin sends the hello line.
func (p *program) Begin(w Wire) { p.tell(w, p.hello) }

func (p *program) Throw(w Wire, stone []byte) {
	p.thrown++
	p.event(w, "throw %d %s", p.thrown, base64.StdEncoding.EncodeToString(stone))
}
func (p *program) Last(w Wire) { p.event(w, "last") }
func (p *program) Receive(w Wire, datagram []byte) {
	p.event(w, "datagram %s", base64.StdEncoding.EncodeToString(datagram))
}
func (p *program) Timeout(w Wire, timer int) { p.event(w, "timer %d", timer) }
func (p *program) Done() bool                { return p.done }

// Err is why the program cannot go on.
func (p *program) Err() error { return p.failed }

// Close ends the program: its input ends, and if it has not ended a second later it is
// killed, with all that it has started.
func (p *program) Close() error {
	close(p.silent)
	_ = p.stdin.Close()
	end := func() {
		killAll(p.command)
		for _, pipe := range p.pipes {
			_ = pipe.Close() // somebody else may hold the other end
		}
	}
	kill := time.AfterFunc(farewell, end)
	if p.failed != nil {
		end()
	}
	p.readers.Wait()
	_ = p.command.Wait() // its exit status does not matter
	kill.Stop()
	killAll(p.command) // processes that it left behind
	return nil
}

// lastWords keep the last line that a program has written to standard error.
type lastWords struct {
	mu   sync.Mutex
	line []byte
	over chan struct{} // closed at the end of standard error
}

// listen reads standard error to its end, and shows the first lines of it with say.
func (l *lastWords) listen(errs io.Reader, say func(line string)) {
	defer close(l.over)
	in := bufio.NewReaderSize(errs, 4096)
	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		if text := bytes.TrimSpace(line); len(text) > 0 {
			l.mu.Lock()
			l.line = append(l.line[:0], text...)
			l.mu.Unlock()
			if say != nil && n < maxErrors {
				say(prose.Safe(string(text)))
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (l *lastWords) get() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.line)
}
