package web

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/run"
	"stones/lab/worlds"
)

var engine = Engine{Version: "1.2.3", Path: worlds.Sim(nil)}

// framed asks for something and takes the frame apart.
func framed(tb testing.TB, request string) (Header, []float64) {
	tb.Helper()
	frame := engine.Frame(context.Background(), []byte(request))
	n := int(binary.LittleEndian.Uint32(frame))
	var h Header
	if err := json.Unmarshal(frame[4:4+n], &h); err != nil {
		tb.Fatal(err)
	}
	rest := frame[4+n:]
	if (4+n)%8 != 0 || len(rest)%8 != 0 {
		tb.Fatalf("a header of %d bytes, and %d behind it", n, len(rest))
	}
	numbers := make([]float64, len(rest)/8)
	for i := range numbers {
		numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(rest[8*i:]))
	}
	return h, numbers
}

// column is one of a frame.
func column(tb testing.TB, h Header, numbers []float64, flow, of, name string) []float64 {
	tb.Helper()
	for _, c := range h.Columns {
		if c.Flow == flow && c.Of == of && c.Name == name {
			return numbers[c.At : c.At+c.N]
		}
	}
	tb.Fatalf("no column %s %s %s", flow, of, name)
	return nil
}

// A frame has the counts that the command line has, and the stones and packets on one
// clock.
func TestFrame(t *testing.T) {
	h, numbers := framed(t, `{"id":7,"set":[{"word":"loss","text":"5%"},{"word":"reorder","text":"0%"},{"word":"count","text":"100"}],"with":["stop-and-wait timeout=60ms"]}`)
	if h.Error != nil || h.ID != 7 || h.Version != "1.2.3" {
		t.Fatalf("%+v", h)
	}
	if want := "stones throw --loss 5% --reorder 0% --count 100 --with 'stop-and-wait timeout=60ms'"; h.Command != want {
		t.Errorf("command %s\nwant    %s", h.Command, want)
	}
	var s knob.Settings
	for _, err := range []error{s.Set("loss", "5%"), s.Set("reorder", "0%"), s.Set("count", "100"), s.AddOwn("stop-and-wait timeout=60ms")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	es[0].PerStone, es[0].Packets = true, true
	want, err := run.Run(t.Context(), es[0], worlds.Sim(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range want.Flows {
		caught, lost := 0, 0
		due, first := column(t, h, numbers, x.Name, "stones", "due"), column(t, h, numbers, x.Name, "stones", "first")
		for i, at := range first {
			switch {
			case math.IsNaN(at):
				lost++
			case at < due[i]+20:
				t.Errorf("%s: stone %d is caught at %v and due at %v", x.Name, i+1, at, due[i])
			default:
				caught++
			}
		}
		if caught != x.Delivered || lost != x.Lost {
			t.Errorf("%s: %d caught and %d lost; want %d and %d", x.Name, caught, lost, x.Delivered, x.Lost)
		}
		if sent := column(t, h, numbers, x.Name, "packets", "sent"); len(sent) != len(x.Packets) || !slices.IsSorted(sent) {
			t.Errorf("%s: %d packets; want %d, in order", x.Name, len(sent), len(x.Packets))
		}
		// The first stone leaves when it is due: the clocks are one.
		if number := column(t, h, numbers, x.Name, "packets", "first"); x.Name == lab.TCP {
			at := slices.IndexFunc(number, func(n float64) bool { return n == 1 })
			if sent := column(t, h, numbers, x.Name, "packets", "sent")[at]; math.Abs(sent-due[0]) > 1e-9 {
				t.Errorf("stone 1 leaves at %v, and is due at %v", sent, due[0])
			}
		}
	}
	if len(h.Report.Bars) != 3 || len(h.Report.Rows) < 5 || !strings.HasPrefix(h.Report.Below[0], "TCP delivered all 100 stones") && len(h.Report.Below) < 3 {
		t.Errorf("%+v", h.Report)
	}
}

// The same request gives the same bytes.
func TestSameBytes(t *testing.T) {
	request := []byte(`{"id":1,"set":[{"word":"loss","text":"3%"},{"word":"jitter","text":"5ms"}],"with":[]}`)
	one, two := engine.Frame(t.Context(), request), engine.Frame(t.Context(), request)
	if string(one) != string(two) || len(one) < 100_000 {
		t.Errorf("%d and %d bytes", len(one), len(two))
	}
}

// What is refused is refused in the command line's words.
func TestRefused(t *testing.T) {
	for _, tt := range []struct{ request, word, text string }{
		{`{"id":1,"set":[{"word":"loss","text":"101%"}]}`, "loss", `--loss "101%": not a share; allowed 0% to 100%`},
		{`{"id":1,"set":[{"word":"lose","text":"1%"}]}`, "", `"lose": unknown setting`},
		{`{"id":1,"set":[{"word":"loss","text":"1%,2%"}]}`, "loss", `--loss "1%,2%": one value; a page shows one experiment at a time`},
		{`{"id":1,"set":[{"word":"count","text":"1000000000"}]}`, "count", `--count "1000000000": out of range; allowed 1 to 100000000`},
		{`{"id":1,"set":[{"word":"count","text":"20000"}]}`, "count", `--count "20000": too many for a page; allowed 20000, all flows together`},
		{`{"id":1,"set":[{"word":"rate","text":"1"}]}`, "rate", `--rate "1/s": takes too long; a page throws for at most 10 min`},
		{`{"id":1,"set":[{"word":"rate","text":"max"},{"word":"tcp-time","text":"1s"},{"word":"only","text":"tcp"}]}`, "time", `--time "1s": needs a --rate on a page, or --count instead`},
		{`{"id":1,"set":[{"word":"path","text":"netns"}]}`, "path", `--path "netns": a page throws on the path sim`},
		{`{"id":1,"set":[{"word":"to","text":"192.0.2.7"}]}`, "to", `--to "192.0.2.7": a page throws on the path sim`},
		{`{"id":1,"with":["./evil.py"]}`, "with", `--with "./evil.py": a page runs no programs; allowed are those that are built in`},
		{`{"id":1,"with":["quic"]}`, "with", `--with "quic": "quic": no protocol has this name; allowed stop-and-wait, go-back-n, selective-repeat`},
		{`{"id":1,"open":true}`, "", `not a request: json: unknown field \"open\"`},
		{`[1]`, "", `not a request: json: cannot unmarshal array into Go value of type web.Request`},
		{``, "", `not a request: EOF`},
	} {
		h, numbers := framed(t, tt.request)
		if h.Error == nil || h.Error.Word != tt.word || h.Error.Text != strings.ReplaceAll(tt.text, `\"`, `"`) || len(numbers) > 0 || h.Result != nil {
			t.Errorf("%s\n%+v\nwant %s", tt.request, h.Error, tt.text)
		}
	}
}

// Whatever is asked, there is a frame.
func FuzzFrame(f *testing.F) {
	f.Add(`{"id":1,"set":[{"word":"loss","text":"5%"},{"word":"count","text":"5"}],"with":["go-back-n"]}`)
	f.Add(`{"id":1,"set":[{"word":"count","text":"-5"}]}`)
	f.Add(`{"set":[{"word":"rate","text":"1e308"}]}`)
	f.Fuzz(func(t *testing.T, request string) {
		h, numbers := framed(t, request)
		if (h.Error == nil) != (h.Result != nil) || h.Error != nil && (len(numbers) > 0 || strings.ContainsAny(h.Error.Text, "\n\x1b")) {
			t.Errorf("%q: %+v", request, h.Error)
		}
	})
}

// Every value that the page's knobs offer can be thrown.
func TestKnobs(t *testing.T) {
	source, err := page.ReadFile("page/knobs.js")
	if err != nil {
		t.Fatal(err)
	}
	var knobs []struct {
		Word, Name, Start string
		Values            []string
	}
	text := string(source)
	if err := json.Unmarshal([]byte(text[strings.Index(text, "["):]), &knobs); err != nil {
		t.Fatal(err)
	}
	var start []string
	for _, k := range knobs {
		if !slices.Contains(k.Values, k.Start) || k.Name == "" {
			t.Errorf("%+v", k)
		}
		start = append(start, fmt.Sprintf(`{"word":%q,"text":%q}`, k.Word, k.Start))
	}
	for i, k := range knobs {
		for _, v := range k.Values {
			set := slices.Clone(start)
			set[i] = fmt.Sprintf(`{"word":%q,"text":%q}`, k.Word, v)
			if k.Word == "delay" { // which jitter may not exceed
				set = slices.DeleteFunc(set, func(s string) bool { return strings.Contains(s, "jitter") })
			}
			if h, _ := framed(t, `{"set":[`+strings.Join(set, ",")+`]}`); h.Error != nil {
				t.Errorf("%s %s: %s", k.Word, v, h.Error.Text)
			}
		}
	}
}

// Only this computer is let in, from a page of its own, with requests of a decent size.
func TestHandler(t *testing.T) {
	server := httptest.NewServer(NewHandler(engine))
	defer server.Close()
	ask := func(method, path, host, origin, kind, body string) (int, http.Header, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		r.Header.Set("Content-Type", kind)
		got, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, got.Header, string(text)
	}
	const small = `{"id":1,"set":[{"word":"count","text":"5"}]}`
	for _, tt := range []struct {
		method, path, host, origin, kind, body string
		want                                   int
	}{
		{"GET", "/", "", "", "", "", 200},
		{"GET", "/main.js", "localhost", "", "", "", 200},
		{"GET", "/engine.json", "[::1]:80", "", "", "", 200},
		{"POST", "/run", "", server.URL, "application/json", small, 200},
		{"POST", "/run", "", "", "application/json", small, 200},
		{"GET", "/", "evil.example", "", "", "", 403},
		{"GET", "/", "127.0.0.1.evil.example", "", "", "", 403},
		{"GET", "/", "192.0.2.7", "", "", "", 403},
		{"POST", "/run", "", "http://evil.example", "application/json", small, 403},
		{"POST", "/run", "", "null", "application/json", small, 403},
		{"POST", "/run", "", "", "text/plain", small, 415},
		{"POST", "/run", "", "", "application/json", strings.Repeat(" ", MaxRequest+1), 413},
		{"GET", "/run", "", "", "", "", 404},
		{"GET", "/../frame.go", "", "", "", "", 404},
		{"PUT", "/", "", "", "", "", 405},
	} {
		code, header, text := ask(tt.method, tt.path, tt.host, tt.origin, tt.kind, tt.body)
		if code != tt.want || header.Get("Content-Security-Policy") != policy || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s of %q from %q: %d; want %d; %.100s", tt.method, tt.path, tt.host, tt.origin, code, tt.want, text)
		}
	}
}

// The page asks nobody else for anything, and has no style or script between its lines.
func TestPageIsItsOwn(t *testing.T) {
	entries, err := page.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := page.ReadFile("page/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`(https?:)?//[a-z0-9.-]+\.[a-z]{2,}|\son[a-z]+="|\sstyle="`).FindAllString(string(text), -1); len(found) > 0 && !slices.Equal(found, []string{"http://www.w3.org"}) {
			t.Errorf("%s: %q", e.Name(), found)
		}
	}
}
