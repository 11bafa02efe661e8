package control

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"stones/lab/prose"
)

const full = MaxLen // of a line that is just not too long

func TestReader(t *testing.T) {
	long := strings.Repeat("x", full)
	for _, tt := range []struct {
		name, in string
		want     []string
		err      error
	}{
		{"lines", "one\ntwo\r\n\nthree\n", []string{"one", "two", "", "three"}, io.EOF},
		{"the last without an end", "one\ntwo", []string{"one", "two"}, io.EOF},
		{"nothing", "", nil, io.EOF},
		{"only the CR before the LF goes", "a\rb\r\r\n", []string{"a\rb\r"}, io.EOF},
		{"zeros and escapes", "\x00\x1b[31m\n", []string{"\x00\x1b[31m"}, io.EOF},
		{"as long as allowed", long + "\n" + long + "\r\n" + long, []string{long, long, long}, io.EOF},
		{"longer", "one\n" + long + "x\n", []string{"one"}, ErrTooLong},
		{"longer, at the end", long + "x", nil, ErrTooLong},
		{"much longer", strings.Repeat(long, 100), nil, ErrTooLong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				r := NewReader(in)
				var got []string
				var err error
				for err == nil {
					var text string
					if text, err = r.ReadLine(); err == nil {
						got = append(got, text)
					}
				}
				if !reflect.DeepEqual(got, tt.want) || !errors.Is(err, tt.err) {
					t.Errorf("read %q, %v; want %q, %v", got, err, tt.want, tt.err)
				}
			}
		})
	}
}

// What stands behind a line is not lost.
func TestReaderGoesOn(t *testing.T) {
	r := NewReader(strings.NewReader("stones 7\nstones themselves\n"))
	if text, err := r.ReadLine(); text != "stones 7" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
	if head, err := r.Peek(6); string(head) != "stones" || err != nil {
		t.Errorf("peeked %q, %v", head, err)
	}
	if rest, err := io.ReadAll(r); string(rest) != "stones themselves\n" || err != nil {
		t.Errorf("the rest is %q, %v", rest, err)
	}
}

// Of a line that breaks off there is what came.
func TestReaderBreaksOff(t *testing.T) {
	r := NewReader(io.MultiReader(strings.NewReader("hal"), iotest.ErrReader(os.ErrDeadlineExceeded)))
	if text, err := r.ReadLine(); text != "hal" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %q, %v; want %q, %v", text, err, "hal", os.ErrDeadlineExceeded)
	}
}

// endless gives the same byte for ever.
type endless struct{ n int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.n += len(b)
	return len(b), nil
}

// A line of any length takes no more memory than a line.
func TestReaderStaysSmall(t *testing.T) {
	in := new(endless)
	if _, err := NewReader(in).ReadLine(); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	if in.n > 2*MaxLen {
		t.Errorf("read %d bytes to find a line too long", in.n)
	}
}

func TestParse(t *testing.T) {
	var proof [32]byte
	for i := range proof {
		proof[i] = byte(i)
	}
	hex := fmt.Sprintf("%x", proof)
	for _, tt := range []struct {
		in   string
		want Command
		err  string
	}{
		{in: "help", want: Help{}},
		{in: "HELP", want: Help{}},
		{in: "help ", want: Help{}},
		{in: "help me", want: Message{"help me"}},
		{in: "time", want: Time{}},
		{in: "time to go", want: Message{"time to go"}},
		{in: "echo", want: Echo{}},
		{in: "echo  ", want: Echo{" "}},
		{in: "echo  two  blanks ", want: Echo{" two  blanks "}},
		{in: "stats", want: Stats{}},
		{in: "limits", want: Limits{}},
		{in: "bye", want: Bye{}},
		{in: "", want: Message{}},
		{in: " help", want: Message{" help"}},
		{in: "И тебе привет!", want: Message{"И тебе привет!"}},
		{in: "GET / HTTP/1.1", want: Message{"GET / HTTP/1.1"}},
		{in: "\x16\x03\x01", want: Message{"\x16\x03\x01"}},

		{in: "throw 20", want: Throw{Count: 20}},
		{in: "throw 1000 1025", want: Throw{1000, 1025}},
		{in: "throw", err: `throw: no count`},
		{in: "throw abc", err: `throw: count "abc": not a whole number; allowed 1 to 1000`},
		{in: "throw -1", err: `throw: count "-1": not a whole number; allowed 1 to 1000`},
		{in: "throw 0", err: `throw: count "0": out of range; allowed 1 to 1000`},
		{in: "throw 1001", err: `throw: count "1001": out of range; allowed 1 to 1000`},
		{in: "throw 4294967296", err: `throw: count "4294967296": out of range; allowed 1 to 1000`},
		{in: "throw 18446744073709551617", err: `throw: count "18446744073709551617": out of range; allowed 1 to 1000`},
		{in: "throw 1e3", err: `throw: count "1e3": not a whole number; allowed 1 to 1000`},
		{in: "throw 1_0", err: `throw: count "1_0": not a whole number; allowed 1 to 1000`},
		{in: "throw １", err: `throw: count "１": not a whole number; allowed 1 to 1000`},
		{in: "throw \x1b[31m", err: `throw: count "\x1b[31m": not a whole number; allowed 1 to 1000`},
		{in: "throw 1 19", err: `throw: size "19": out of range; allowed 20 to 1025`},
		{in: "throw 1 20 3", err: `throw: "3": one word too many`},
		{in: "throw " + strings.Repeat("9", 100), err: `throw: count "` + strings.Repeat("9", 64) + `…": out of range; allowed 1 to 1000`},

		{in: "stones 1", want: Version{"1"}},
		{in: "stones 2", want: Version{"2"}},
		{in: "stones", err: `stones: no version`},
		{in: "stones 7 " + hex, want: Carry{7, proof}},
		{in: "stones 7 " + hex[1:], err: `stones: proof "` + hex[1:] + `": not 64 hexadecimal digits`},
		{in: "stones 0 " + hex, err: `stones: flow "0": not a number from 1 to 4294967295`},
		{in: "stones 4294967296 " + hex, err: `stones: flow "4294967296": not a number from 1 to 4294967295`},
		{in: "prove " + hex[:32] + " " + hex, want: Prove{[16]byte(proof[:16]), proof}},
		{in: "prove", err: `prove: no nonce`},
		{in: "prove " + hex[:32], err: `prove: no proof`},
		{in: "prove zz", err: `prove: nonce "zz": not 32 hexadecimal digits`},

		{in: "plan udp 1000 500 5000", want: Plan{Transport: "udp", Count: 1000, Size: 500, Duration: 5 * time.Second}},
		{in: "plan tcp 1 32 0 back 200/s steady", want: Plan{Transport: "tcp", Count: 1, Size: 32, Reverse: true, Rate: "200/s", Pattern: "steady"}},
		{in: "plan", err: `plan: no transport`},
		{in: "plan sctp 1 32 0", err: `plan: transport "sctp": not known; allowed tcp, udp`},
		{in: "plan tcp 0 32 0", err: `plan: count "0": out of range; allowed 1 to 1000000000`},
		{in: "plan tcp 1 0 0", err: `plan: size "0": out of range; allowed 32 to 1048576`},
		{in: "plan tcp 1 4294967296 0", err: `plan: size "4294967296": out of range; allowed 32 to 1048576`},
		{in: "plan tcp 1 32 86400001", err: `plan: milliseconds "86400001": out of range; allowed 0 to 86400000`},
		{in: "plan tcp 1 32 1 forth", err: `plan: direction "forth": not known; allowed back, carrying`},
		{in: "plan tcp 1 40 0 carrying", want: Plan{Transport: "tcp", Count: 1, Size: 40, Carrying: true}},
		{in: "plan tcp 1 40 0 back 200/s steady carrying", want: Plan{Transport: "tcp", Count: 1, Size: 40, Reverse: true, Rate: "200/s", Pattern: "steady", Carrying: true}},
		{in: "plan tcp 1 40 0 back 200/s steady back", err: `plan: word "back": not known; allowed carrying`},
		{in: "plan tcp 1 40 0 carrying carrying", err: `plan: "carrying": one word too many`},
		{in: "load 7 100", want: Load{7, 100}},
		{in: "load 7 0", err: `load: bytes "0": out of range; allowed 1 to 1073741824`},
		{in: "plan tcp 1 32 1 back 200/s", err: `plan: no pattern`},

		{in: "thrown 7 10 9 8", want: Thrown{7, 10, 9, 8}},
		{in: "thrown 7 10 9 11", err: `thrown: counts contradict: 10 planned, 9 attempted, 11 thrown`},
		{in: "thrown 7 8 9 9", err: `thrown: counts contradict: 8 planned, 9 attempted, 9 thrown`},
		{in: "thrown 7 10 9 -1", err: `thrown: thrown "-1": not a whole number; allowed 0 to 1000000000`},
		{in: "report 4294967295", want: Ask{4294967295}},
		{in: "report", err: `report: no flow`},
		{in: "forget 1", want: Forget{1}},
		{in: "forget me", err: `forget: flow "me": not a number from 1 to 4294967295`},
	} {
		got, err := Parse(tt.in)
		if got != tt.want || err == nil != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("Parse(%q) = %#v, %v; want %#v, %s", tt.in, got, err, tt.want, tt.err)
		}
	}
}

func TestReplies(t *testing.T) {
	for _, tt := range []struct {
		in    string
		lines []string
		text  string
		err   string
	}{
		{in: "ok\n"},
		{in: "ok and more\n", text: "and more"},
		{in: " one\n two\n  three\nok 3\n", lines: []string{"one", "two", " three"}, text: "3"},
		{in: "no room: come back\n", err: "refused: room: come back"},
		{in: "no \x1b[2J\n", err: `refused: \x1b[2J`},
		{in: "okay\n", err: `control: not a reply of this protocol: "okay"`},
		{in: "HTTP/1.1 400 Bad Request\n", err: `control: not a reply of this protocol: "HTTP/1.1 400 Bad Request"`},
		{in: " one\n", lines: []string{"one"}, err: "EOF"},
		{in: strings.Repeat("x", 2000), err: ErrTooLong.Error()},
	} {
		var lines []string
		text, err := NewReader(strings.NewReader(tt.in)).ReadReply(func(l string) error {
			lines = append(lines, l)
			return nil
		})
		if !reflect.DeepEqual(lines, tt.lines) || text != tt.text || err == nil != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%q is read as %q, %q, %v; want %q, %q, %s", tt.in, lines, text, err, tt.lines, tt.text, tt.err)
		}
	}
	stop := errors.New("enough")
	if _, err := NewReader(&endless{}).ReadReply(nil); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	if _, err := NewReader(strings.NewReader(" a\nok\n")).ReadReply(func(string) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// What is written into a reply stays one line, whatever it is.
func TestRepliesAreLines(t *testing.T) {
	for _, text := range []string{"", "plain", "a\nok b", "a\r\nno", strings.Repeat("x", 5000), strings.Repeat("\n", 2000)} {
		for _, b := range [][]byte{AppendOK(nil, text), AppendNo(nil, text), AppendLine(nil, text)} {
			r := NewReader(bytes.NewReader(b))
			if _, err := r.ReadLine(); err != nil {
				t.Errorf("%.20q is written as %.40q: %v", text, b, err)
			}
			if more, err := r.ReadLine(); !errors.Is(err, io.EOF) {
				t.Errorf("%.20q is written as more than a line: %.40q", text, more)
			}
		}
	}
}

func TestGreeted(t *testing.T) {
	r := NewReader(strings.NewReader("Привет, подключайся!\nПривет!\nok stones 1\nok\n"))
	greeting, text, err := r.ReadGreeted()
	if len(greeting) != 2 || greeting[1] != "Привет!" || text != "stones 1" || err != nil {
		t.Errorf("read %q, %q, %v", greeting, text, err)
	}
	if _, _, err := NewReader(strings.NewReader(strings.Repeat("hi\n", 100))).ReadGreeted(); !errors.Is(err, ErrForeign) {
		t.Errorf("an endless greeting: %v", err)
	}
	for _, tt := range []struct{ in, want string }{
		{"Привет!", ""},
		{"", ""},
		{"okay then", ""},
		{"not yet", ""},
		{`a \x1b`, ""},
		{"ok then", `greeting "ok then": begins as a reply does: with ok, no or a space`},
		{"no", `greeting "no": begins as a reply does: with ok, no or a space`},
		{" hi", `greeting " hi": begins as a reply does: with ok, no or a space`},
		{"a\nb", `greeting "a\nb": not all of it can be shown`},
		{"\x1b[31m", `greeting "\x1b[31m": not all of it can be shown`},
		{strings.Repeat("x", 1025), `greeting "` + strings.Repeat("x", 64) + `…": line too long: at most 1024 bytes`},
	} {
		if err := CheckGreeting(tt.in); err == nil != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("CheckGreeting(%.50q) = %v; want %s", tt.in, err, tt.want)
		}
	}
}

func TestAnswers(t *testing.T) {
	w := Welcome{Challenge: [16]byte{1, 2, 15: 0xff}, Key: true}
	if got, err := ParseWelcome(w.String()); got != w || err != nil {
		t.Errorf("%s is read as %+v, %v", w, got, err)
	}
	ticket := Ticket{Flow: 4000000000, Secret: [16]byte{3, 15: 0xfe}}
	if got, err := ParseTicket(ticket.String()); got != ticket || err != nil {
		t.Errorf("%s is read as %+v, %v", ticket, got, err)
	}
	for _, bad := range []string{"", "stones 1", "stones 1 challenge=" + strings.Repeat("0", 32) + " key=no", "stones 2 challenge=00 key=no", w.String() + " x", strings.Replace(w.String(), "yes", "maybe", 1)} {
		if got, err := ParseWelcome(bad); !errors.Is(err, ErrForeign) || got != (Welcome{}) {
			t.Errorf("ParseWelcome(%q) = %+v, %v", bad, got, err)
		}
	}
	for _, bad := range []string{"", "flow=0 secret=" + strings.Repeat("0", 32), "flow=1", "flow=1 secret=00", "flow=-1 secret=" + strings.Repeat("0", 32), ticket.String() + " "} {
		if got, err := ParseTicket(bad); !errors.Is(err, ErrForeign) || got != (Ticket{}) {
			t.Errorf("ParseTicket(%q) = %+v, %v", bad, got, err)
		}
	}
	if _, err := ParseProof("00"); !errors.Is(err, ErrForeign) {
		t.Error(err)
	}
	for _, bad := range []string{"", "-1", "+1", "1 ", "99999999999999999999", "1000000001"} {
		if n, err := ParseCount(bad); !errors.Is(err, ErrForeign) {
			t.Errorf("ParseCount(%q) = %d, %v", bad, n, err)
		}
	}
}

func TestReport(t *testing.T) {
	arrivals := []Arrival{{1, 5, -7}, {3, 6, -7}, {2, 7, -5}, {1<<64 - 1, 1<<63 - 1, -1 << 63}}
	for _, want := range []Report{
		{},
		{Damaged: 1, Foreign: 2, Reads: 3, Drops: 4, Drained: 500 * time.Millisecond},
		{DropsUnknown: "windows does not tell"},
		{Reverse: true, Planned: 10, Attempted: 9, Thrown: 8},
		{Reverse: true, Planned: 10, Attempted: 10, Thrown: 3, NotThrown: map[string]int{"message too long": 6, "other": 1}},
	} {
		var b []byte
		for _, a := range arrivals {
			b = a.Append(b)
		}
		b = AppendOK(want.Append(b), "4")
		var back []Arrival
		got, err := NewReader(bytes.NewReader(b)).ReadReport(func(a Arrival) error {
			back = append(back, a)
			return nil
		})
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(back, arrivals) || err != nil {
			t.Errorf("%s is read as %+v, %v, %v; want %+v", b, got, back, err, want)
		}
	}
	for _, bad := range []string{
		" 1 2 3\nok 2\n", "ok\n", "ok -1\n", " 1 2\nok 1\n", " 1 2 3 4\nok 1\n", " -1 2 3\nok 1\n", " 1 +2 3\nok 1\n",
		" damaged\nok 0\n", " damaged -1\nok 0\n", " damaged 1 2\nok 0\n", " drops\nok 0\n", " drained -1\nok 0\n", " other 1\nok 0\n",
		" thrown 1 2 3\nok 0\n", " thrown 3\nok 0\n", " \nok 0\n",
		" not 1 other\n not 1 other\nok 0\n", " not 0 other\nok 0\n", " not x\nok 0\n",
	} {
		if got, err := NewReader(strings.NewReader(bad)).ReadReport(func(Arrival) error { return nil }); !errors.Is(err, ErrForeign) {
			t.Errorf("%q is read as %+v, %v; want %v", bad, got, err, ErrForeign)
		}
	}
}

func TestDatagram(t *testing.T) {
	cookie, tag := [8]byte{1, 7: 2}, [8]byte{3, 7: 4}
	for _, tt := range []struct {
		d    Datagram
		text string
		size int
	}{
		{Datagram{Word: Hello}, "hello", 128},
		{Datagram{Word: Knock, Flow: 4294967295}, "knock 4294967295", 64},
		{Datagram{Word: Cookie, Cookie: cookie}, "cookie 0100000000000002", 23},
		{Datagram{Word: Open, Flow: 7, Cookie: cookie, Tag: tag}, "open 7 0100000000000002 0300000000000004", 40},
	} {
		b := tt.d.Append(nil)
		if got := strings.TrimRight(string(b), " "); got != tt.text || len(b) != tt.size {
			t.Errorf("%+v is written as %q, %d bytes; want %q, %d", tt.d, got, len(b), tt.text, tt.size)
		}
		if got := ParseDatagram(b); got != tt.d {
			t.Errorf("%q is read as %+v; want %+v", b, got, tt.d)
		}
		if n := testing.AllocsPerRun(100, func() { ParseDatagram(b) }); n != 0 {
			t.Errorf("%q is read with %v allocations", b, n)
		}
	}
	spaces := strings.Repeat(" ", 128)
	for _, bad := range []string{"", "hello", "hello" + spaces[:122], "hello you" + spaces, "knock" + spaces, "knock 0" + spaces, "knock 4294967296" + spaces, "knock x" + spaces, "knock 1", "cookie 00", "open 1 00 00", "open 0 0000000000000000 0000000000000000", "HELLO" + spaces, "привет" + spaces, "hello" + strings.Repeat(" ", 2000)} {
		if got := ParseDatagram([]byte(bad)); got.Word != None {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"help", "echo x", "echo  ", "throw 20 100", "stones 1", "stones 7 " + strings.Repeat("0a", 32), "plan udp 1000 500 5000 back 200/s steady", "thrown 1 3 2 1", "report 9", "\x00\x1b[", "привет"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			if c != nil || prose.Safe(err.Error()) != err.Error() {
				t.Errorf("Parse(%q) = %v, %q", text, c, err)
			}
			return
		}
		if again, err := Parse(c.String()); err != nil || again != c {
			t.Errorf("%q is %#v, written %q and read as %#v, %v", text, c, c.String(), again, err)
		}
	})
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("one\r\ntwo\n"), 3)
	f.Add(bytes.Repeat([]byte("x"), 3000), 7)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		cut = min(max(cut, 0), len(in))
		r := NewReader(io.MultiReader(bytes.NewReader(in[:cut]), bytes.NewReader(in[cut:])))
		for {
			text, err := r.ReadLine()
			if len(text) > MaxLen || strings.Contains(text, "\n") {
				t.Fatalf("a line is %q", text)
			}
			if err != nil {
				return
			}
		}
	})
}

// Whatever the other side says: no panic, an end, and errors that can be shown.
func FuzzReplies(f *testing.F) {
	f.Add([]byte("hi\nok stones 1\n"))
	f.Add([]byte(" 1 2 3\n damaged 0\n drops unknown \x1b\nok 1\n"))
	f.Add([]byte("ok flow=1 secret=" + strings.Repeat("0", 32)))
	f.Fuzz(func(t *testing.T, in []byte) {
		show := func(err error) {
			if err != nil && prose.Safe(err.Error()) != err.Error() {
				t.Errorf("%q gives the error %q", in, err)
			}
		}
		_, text, err := NewReader(bytes.NewReader(in)).ReadGreeted()
		show(err)
		_, err = ParseWelcome(text)
		show(err)
		_, err = ParseTicket(text)
		show(err)
		_, err = ParseProof(text)
		show(err)
		report, err := NewReader(bytes.NewReader(in)).ReadReport(func(a Arrival) error {
			line := string(a.Append(nil))
			if again, err := ParseArrival(line[1 : len(line)-1]); err != nil || again != a {
				t.Errorf("%+v is written %q and read as %+v, %v", a, line, again, err)
			}
			return nil
		})
		show(err)
		if prose.Safe(report.DropsUnknown) != report.DropsUnknown {
			t.Errorf("%q gives the report %+v", in, report)
		}
	})
}

func FuzzDatagram(f *testing.F) {
	for _, d := range []Datagram{{Word: Hello}, {Word: Knock, Flow: 7}, {Word: Cookie}, {Word: Open, Flow: 9}} {
		f.Add(d.Append(nil))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d := ParseDatagram(in)
		if again := ParseDatagram(d.Append(nil)); again != d {
			t.Errorf("%q is %+v, written and read as %+v", in, d, again)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"help", "plan udp 1000 500 5000"} {
		b.Run("line="+strings.Fields(text)[0], func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
