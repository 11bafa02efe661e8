package web

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/run"
	"stones/lab/worlds"
)

var engine = Engine{Version: "1.2.3", Path: worlds.Bounded(MaxTurns)}

// framed sends a request and decodes the frame.
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

// column is a column of a frame.
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

// A frame has the counts of the command line, and the stones and packets on one clock.
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

// Errors are worded as on the command line.
func TestRefused(t *testing.T) {
	for _, tt := range []struct{ request, word, text string }{
		{`{"id":1,"set":[{"word":"loss","text":"101%"}]}`, "loss", `--loss "101%": not a share; allowed 0% to 100%`},
		{`{"id":1,"set":[{"word":"lose","text":"1%"}]}`, "", `"lose": unknown setting`},
		{`{"id":1,"set":[{"word":"loss","text":"1%,2%"}]}`, "loss", `--loss "1%,2%": one value; a page shows one experiment at a time`},
		{`{"id":1,"set":[{"word":"count","text":"1000000000"}]}`, "count", `--count "1000000000": out of range; allowed 1 to 100000000`},
		{`{"id":1,"set":[{"word":"count","text":"20000"}]}`, "count", `--count "20000": too many for a page; allowed 20000, all flows together`},
		{`{"id":1,"set":[{"word":"rate","text":"1"}]}`, "rate", `--rate "1/s": takes too long; a page throws for at most 10 min`},
		{`{"id":1,"set":[{"word":"rate","text":"max"},{"word":"bandwidth","text":"unlimited"},{"word":"queue","text":"unlimited"},{"word":"tcp-time","text":"1s"},{"word":"only","text":"tcp"}]}`, "time", `--time "1s": needs a --rate on a page, or --count instead`},
		{`{"id":1,"set":[{"word":"path","text":"netns"}]}`, "path", `--path "netns": this page throws on the path sim`},
		{`{"id":1,"set":[{"word":"to","text":"192.0.2.7"}]}`, "to", `--to "192.0.2.7": this page throws on the path sim`},
		{`{"id":1,"with":["./evil.py"]}`, "with", `--with "./evil.py": a page runs no programs; allowed are those that are built in`},
		{`{"id":1,"with":["quic"]}`, "with", `--with "quic": "quic": no protocol has this name; allowed stop-and-wait, go-back-n, selective-repeat`},
		{`{"id":1,"open":true}`, "", `not a request: "/open" is not known`},
		{`[1]`, "", `not a request: "" is of another kind`},
		{``, "", `not a request: no JSON`},
	} {
		h, numbers := framed(t, tt.request)
		if h.Error == nil || h.Error.Word != tt.word || h.Error.Text != strings.ReplaceAll(tt.text, `\"`, `"`) || len(numbers) > 0 || h.Result != nil {
			t.Errorf("%s\n%+v\nwant %s", tt.request, h.Error, tt.text)
		}
	}
}

// An experiment with too many events ends with an error.
func TestTooMuch(t *testing.T) {
	few := Engine{Version: "1.2.3", Path: worlds.Bounded(20_000)}
	frame := few.Frame(t.Context(), []byte(`{"set":[{"word":"count","text":"6000"},{"word":"delay","text":"10s"},{"word":"only","text":"own"}],"with":["go-back-n timeout=1ms window=1000"]}`))
	if want := `"error":{"text":"too much happens for a page; allowed 1000000 turns of throwers, catchers and packets"}`; !strings.Contains(string(frame), want) {
		t.Errorf("%.300s\nwant %s", frame, want)
	}
}

// Every request gets a frame.
func FuzzRequest(f *testing.F) {
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
