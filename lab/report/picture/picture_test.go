package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stones/lab"
)

var update = flag.Bool("update", false, "write what is drawn into testdata")

// record is a stone that was due at a time and came after a delay; it is lost
// if that is negative.
func record(number int, due, delay float64) lab.StoneRecord {
	r := lab.StoneRecord{Number: uint64(number), Due: lab.Number(due), First: lab.NA(lab.CauseDidNotCome), Fate: "lost"}
	if delay >= 0 {
		r.First, r.Copies, r.Fate = lab.Number(due+delay), 1, "delivered"
	}
	return r
}

// flow is one over which stones were thrown every 50 ms, with these delays.
func flow(transport string, connect lab.Figure, delays ...float64) lab.Outcome {
	x := lab.Outcome{Transport: transport, Complete: true, Connect: connect}
	x.Planned, x.Thrown = len(delays), len(delays)
	least, most := math.Inf(1), 0.0
	for i, d := range delays {
		x.Stones = append(x.Stones, record(i+1, float64(50*i), d))
		if d < 0 {
			x.Lost++
			continue
		}
		x.Delivered++
		least, most = min(least, d), max(most, d)
		if d > 51 {
			x.HeldUp++
		}
	}
	x.Delay = lab.Delays{Min: lab.Number(least), P50: lab.Number(least), Max: lab.Number(most)}
	if x.Delivered == 0 {
		nothing := lab.NA(lab.CauseNothingCame)
		x.Delay = lab.Delays{Min: nothing, P50: lab.Infinite(), Max: nothing}
	}
	return x
}

// packets makes a ladder's data: "> what sent came", "<" for the way back, and
// "x" for one that does not come.
func packets(protocol string, lines ...string) []lab.Packet {
	var list []lab.Packet
	for i, line := range lines {
		var way, what, came string
		var sent float64
		if _, err := fmt.Sscan(line, &way, &what, &sent, &came); err != nil {
			panic(err)
		}
		p := lab.Packet{Number: uint64(i + 1), Protocol: protocol, Back: way == "<", Sent: lab.Number(sent)}
		p.Trip = lab.Trip{Fate: lab.PacketLost, Arrived: lab.NA(string(lab.PacketLost))}
		if came != "x" {
			var at float64
			if _, err := fmt.Sscan(came, &at); err != nil {
				panic(err)
			}
			p.Trip = lab.Trip{Fate: lab.PacketArrived, Arrived: lab.Number(at)}
		}
		what, again := strings.CutSuffix(what, "!")
		if _, err := fmt.Sscan(what, &p.First); err != nil {
			p.Flags = strings.ReplaceAll(what, "_", " ")
		}
		p.Last, p.Again = p.First, again
		list = append(list, p)
	}
	return list
}

// dropped is thirty stones of which one is lost on the way.
func dropped() lab.Result {
	tcp, udp := make([]float64, 30), make([]float64, 30)
	for i := range tcp {
		tcp[i], udp[i] = 50, 50
	}
	tcp[14], tcp[15], tcp[16] = 200, 150, 100
	udp[14] = -1
	r := lab.Result{Flows: []lab.Outcome{
		flow(lab.TCP, lab.Number(100), tcp...),
		flow(lab.UDP, lab.NA(lab.CauseNeverAsks), udp...),
	}}
	r.Flows[0].Packets = packets(lab.TCP,
		"> SYN 0 50", "< SYN_ACK 50 100", "> ACK 100 150", "> 1 100 150.1", "< ACK 150.1 200.1", "> 2 150 x", "> 3 200 250.1",
		"< ACK 250.1 300.1", "> 4 250 300.1", "< ACK 300.1 350.1", "> 2! 300.1 350.2", "> 5 300.2 350.3", "< FIN_ACK 350.3 400.3")
	r.Flows[1].Packets = packets(lab.UDP, "> 1 0 50.1", "> 2 50 x", "> 3 100 150.1", "> 4 150 200.1", "> 5 200 250.1")
	for i, cwnd := range []int{10, 10, 11, 12, 14, 16, 8, 8, 9, 10, 11, 12} {
		s := lab.Sample{At: lab.Number(float64(100 + 100*i)), Cwnd: cwnd, RTT: lab.Number(100.0 + float64(i%3)), RTO: lab.Number(300)}
		if i > 5 {
			s.Ssthresh = 8
		}
		r.Flows[0].Samples = append(r.Flows[0].Samples, s)
	}
	for i := range 3 {
		at := 500 * float64(i)
		tcp := lab.Interval{From: lab.Number(at), To: lab.Number(at + 500), Thrown: 10, Delivered: 10, P50: lab.Number(50), Goodput: lab.Number(16e3)}
		udp := tcp
		if i == 1 {
			tcp.P50, tcp.Goodput = lab.Number(100), lab.Number(12e3)
			udp.Lost, udp.P50, udp.Goodput = 6, lab.Infinite(), lab.Number(6.4e3)
		}
		r.Flows[0].Intervals = append(r.Flows[0].Intervals, tcp)
		r.Flows[1].Intervals = append(r.Flows[1].Intervals, udp)
	}
	return r
}

// owned is a result with two protocols of one's own beside TCP and UDP.
func owned() lab.Result {
	r := dropped()
	slow, fast := make([]float64, 30), make([]float64, 30)
	for i := range slow {
		slow[i], fast[i] = 50+30*float64(i), 50
	}
	fast[14] = 260
	for i, delays := range [][]float64{slow, fast} {
		x := flow(lab.Own, lab.NA(""), delays...)
		x.Name = []string{"mine.py", "go-back-n"}[i]
		x.Packets = packets(lab.UDP, "> 1 0 50.1", "< - 50.1 100.2", "> 2 100.2 x", "> 2! 300.2 350.3", "< - 350.3 400.4", "> 3 400.4 450.5")
		for n := range x.Packets {
			p := &x.Packets[n]
			p.Flags, p.Again, p.Data = "", false, 9
		}
		for n, v := range []float64{1, 2, 3, 4, 2, 3, 4, 5} {
			x.Notes = append(x.Notes,
				lab.Note{At: lab.Number(100 * float64(n)), End: "thrower", Name: "window", Value: v + float64(i)},
				lab.Note{At: lab.Number(50 + 100*float64(n)), End: "catcher", Name: "ahead", Value: -v / 4})
		}
		r.Flows = append(r.Flows, x)
	}
	return r
}

// results are the results that have golden files.
func results() map[string]lab.Result {
	few := lab.Result{Flows: []lab.Outcome{
		flow(lab.TCP, lab.Number(100), 50, 200, 150), flow(lab.UDP, lab.NA(""), 50, -1, 120),
	}}
	vain := lab.Result{Flows: []lab.Outcome{
		flow(lab.TCP, lab.NA(lab.CauseNoAnswer)), flow(lab.UDP, lab.NA(""), -1, -1, -1),
	}}
	only := lab.Result{Flows: []lab.Outcome{flow(lab.UDP, lab.NA(""), 20, 20, 20, 20)}}
	return map[string]lab.Result{"dropped": dropped(), "few": few, "vain": vain, "only": only, "none": {}, "owned": owned()}
}

// golden compares what was drawn with what is to be drawn.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs: look at it, and if it is right, run the test with -update\n%.2000s", file, got)
	}
}

func TestText(t *testing.T) {
	for name, r := range results() {
		for _, kind := range Kinds() {
			t.Run(name+"/"+kind, func(t *testing.T) {
				var out bytes.Buffer
				if err := (View{Kind: kind}).Text(&out, r); err != nil {
					t.Fatal(err)
				}
				plain(t, out.String())
				golden(t, name+"."+kind+".txt", out.Bytes())
			})
		}
	}
}

// plain reports lines with characters that a projector may not show.
func plain(t interface{ Errorf(string, ...any) }, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) > textWidth || line != strings.TrimRight(line, " ") {
			t.Errorf("%d letters, or a blank at the end: %q", len(line), line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
			t.Errorf("not plain: %q", line)
		}
	}
}

func TestSVG(t *testing.T) {
	caption := []string{"30 stones of 100 B, 20 stones/s = 16 kbit/s, path sim, seed 1", "each way: delay 50ms; out: drop 15"}
	for _, kind := range Kinds() {
		for _, theme := range []string{"light", "dark"} {
			t.Run(kind+"/"+theme, func(t *testing.T) {
				v := View{Kind: kind, Dark: theme == "dark", Caption: caption}
				golden(t, kind+"."+theme+".svg", drawn(t, v.SVG, dropped()))
				if slices.Contains([]string{"stones", "ladder", "notes"}, kind) {
					golden(t, "owned."+kind+"."+theme+".svg", drawn(t, v.SVG, owned()))
				}
			})
		}
	}
}

// drawn is what a view writes.
func drawn(t interface{ Fatal(...any) }, write func(w io.Writer, r lab.Result) error, r lab.Result) []byte {
	var out bytes.Buffer
	if err := write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A PNG is as large as it is said to be, its ground is that of the theme, and
// the same result gives the same bytes.
func TestPNG(t *testing.T) {
	for _, v := range []View{{Kind: "stones"}, {Kind: "ladder", Dark: true}} {
		first, second := drawn(t, v.PNG, dropped()), drawn(t, v.PNG, dropped())
		if !bytes.Equal(first, second) {
			t.Errorf("%+v: two drawings of the same differ", v)
		}
		img, err := png.Decode(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds().Size(); size.X != 1920 || size.Y != 1080 {
			t.Errorf("%+v: %v; want 1920 by 1080 pixels", v, size)
		}
		ground := light.ground
		if v.Dark {
			ground = dark.ground
		}
		if got := img.At(0, 0); got != ground {
			t.Errorf("%+v: the corner is %v; want %v", v, got, ground)
		}
	}
}

// Both themes have enough contrast with the ground (WCAG 2.2, 1.4.3: text of this size
// needs 3 to 1).
func TestContrast(t *testing.T) {
	for name, th := range map[string]theme{"light": light, "dark": dark} {
		for _, c := range []role{ink, blue, orange, green} {
			a, b := luminance(th.ground), luminance(th.roles[c])
			if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 3 {
				t.Errorf("%s: role %d has a contrast of %.2f; want 3", name, c, contrast)
			}
		}
	}
}

// luminance is how bright a colour is (WCAG 2.2, relative luminance).
func luminance(c interface{ RGBA() (r, g, b, a uint32) }) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		x := float64(v) / 0xFFFF
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func TestNoSuchPicture(t *testing.T) {
	for _, write := range []func(io.Writer, lab.Result) error{View{Kind: "oil"}.Text, View{Kind: "oil"}.SVG, View{Kind: "oil"}.PNG} {
		if err := write(io.Discard, lab.Result{}); err == nil || err.Error() != `picture: "oil": not a picture` {
			t.Errorf("error %v", err)
		}
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestCannotWrite(t *testing.T) {
	v := View{Kind: "cdf"}
	for _, write := range []func(io.Writer, lab.Result) error{v.Text, v.SVG, v.PNG} {
		if err := write(full{}, dropped()); !errors.Is(err, errFull) {
			t.Errorf("error %v; want %v", err, errFull)
		}
	}
}

// Every result has a picture that can be read.
func TestAnyResult(t *testing.T) {
	figure := rapid.Custom(func(t *rapid.T) lab.Figure {
		if rapid.IntRange(0, 4).Draw(t, "why") == 0 {
			return lab.NA("nobody knows")
		}
		v := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1000), rapid.Float64Range(-1, 1e9), rapid.Float64()).Draw(t, "value")
		return lab.Number(v)
	})
	stone := rapid.Custom(func(t *rapid.T) lab.StoneRecord {
		return lab.StoneRecord{Number: rapid.Uint64Range(1, 400).Draw(t, "number"), Due: figure.Draw(t, "due"), First: figure.Draw(t, "first")}
	})
	sample := rapid.Custom(func(t *rapid.T) lab.Sample {
		return lab.Sample{
			At: figure.Draw(t, "at"), Cwnd: rapid.IntRange(0, 1<<30).Draw(t, "cwnd"),
			Ssthresh: rapid.IntRange(0, 100).Draw(t, "ssthresh"), RTT: figure.Draw(t, "rtt"),
		}
	})
	packet := rapid.Custom(func(t *rapid.T) lab.Packet {
		return lab.Packet{
			Sent: figure.Draw(t, "sent"), Back: rapid.Bool().Draw(t, "back"), Again: rapid.Bool().Draw(t, "again"),
			Protocol: rapid.SampledFrom([]string{lab.TCP, lab.UDP, "icmp", ""}).Draw(t, "protocol"),
			Flags:    rapid.SampledFrom([]string{"", "SYN", "ACK", "FIN ACK", "RST"}).Draw(t, "flags"),
			First:    rapid.Uint64Range(0, 50).Draw(t, "first"), Last: rapid.Uint64().Draw(t, "last"),
			Offset: rapid.IntRange(0, 1).Draw(t, "offset"), More: rapid.Bool().Draw(t, "more"),
			Trip: lab.Trip{
				Fate:    rapid.SampledFrom([]lab.Fate{lab.PacketArrived, lab.PacketLost, lab.PacketNobody, lab.PacketReceiverDrop}).Draw(t, "fate"),
				Arrived: figure.Draw(t, "arrived"),
			},
		}
	})
	any := rapid.Custom(func(t *rapid.T) lab.Outcome {
		x := lab.Outcome{
			Transport: rapid.SampledFrom([]string{lab.TCP, lab.UDP}).Draw(t, "transport"),
			Connect:   figure.Draw(t, "connect"),
			Delay:     lab.Delays{Min: figure.Draw(t, "min"), P50: figure.Draw(t, "p50"), Max: figure.Draw(t, "max")},
			Stones:    rapid.SliceOfN(stone, 0, 60).Draw(t, "stones"),
			Samples:   rapid.SliceOfN(sample, 0, 20).Draw(t, "samples"),
			Packets:   rapid.SliceOfN(packet, 0, 60).Draw(t, "packets"),
		}
		x.Thrown = rapid.IntRange(0, 1000).Draw(t, "thrown")
		for _, n := range []*int{&x.Delivered, &x.Lost, &x.HeldUp} {
			*n = rapid.IntRange(0, x.Thrown).Draw(t, "of these")
		}
		return x
	})
	rapid.Check(t, func(t *rapid.T) {
		r := lab.Result{Flows: rapid.SliceOfN(any, 0, 2).Draw(t, "exchanges")}
		v := View{Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind")}
		plain(t, string(drawn(t, v.Text, r)))
		wellFormed(t, drawn(t, v.SVG, r))
	})
}

// wellFormed reports errors in a drawing.
func wellFormed(t interface{ Errorf(string, ...any) }, drawing []byte) {
	if bytes.Contains(drawing, []byte("NaN")) || bytes.Contains(drawing, []byte("Inf")) {
		t.Errorf("a place that is no place:\n%s", drawing)
	}
	dec := xml.NewDecoder(bytes.NewReader(drawing))
	for {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%v:\n%s", err, drawing)
			return
		}
	}
}

// A hundred thousand stones make a picture of a reasonable size, from the first
// to the last of them.
func TestMany(t *testing.T) {
	const n = 100_000
	r := many(n)
	for _, kind := range []string{"stones", "cdf"} {
		if size := len(drawn(t, View{Kind: kind}.SVG, r)); size > 500_000 {
			t.Errorf("%s: %d bytes", kind, size)
		}
		plain(t, string(drawn(t, View{Kind: kind}.Text, r)))
	}
	p := stonesChart(r, 18, Zoom{}).rows[0][0]
	for _, s := range p.series {
		kept := p.thin(s)
		if len(s.points) == 0 {
			continue
		}
		if kept[0] != s.points[0] || kept[len(kept)-1] != s.points[len(s.points)-1] || len(kept) > 10_000 {
			t.Errorf("look %d: of %d points, %d are left, from %v to %v", s.look, len(s.points), len(kept), kept[0], kept[len(kept)-1])
		}
	}
}

func many(n int) lab.Result {
	tcp, udp := make([]float64, n), make([]float64, n)
	for i := range tcp {
		tcp[i], udp[i] = 50+float64(i%997), 50
		if i%50 == 0 {
			udp[i] = -1
		}
	}
	return lab.Result{Flows: []lab.Outcome{flow(lab.TCP, lab.Number(100), tcp...), flow(lab.UDP, lab.NA(""), udp...)}}
}

// A curve that is thinned keeps its peaks.
func TestThinCurve(t *testing.T) {
	p := panel{x: timeAxis("", 0, 1e6), y: upTo("", 100)}
	s := series{look: roundTrip}
	for i := range 1_000_000 {
		s.points = append(s.points, point{float64(i), 50})
	}
	s.points[123_456].y, s.points[654_321].y = 0, 100
	kept := p.thin(s)
	least, most := 50.0, 50.0
	for _, q := range kept {
		least, most = min(least, q.y), max(most, q.y)
	}
	if least != 0 || most != 100 || len(kept) > 4*(columns+1) {
		t.Errorf("%d points from %v to %v; want the lowest 0 and the highest 100", len(kept), least, most)
	}
}

func TestTicks(t *testing.T) {
	for _, tt := range []struct {
		name string
		axis axis
		most int
		want string
	}{
		{"whole", numberAxis(1, 10), 6, "2 4 6 8 10"},
		{"one", numberAxis(1, 1), 6, "1"},
		{"each", numberAxis(48, 52), 5, "48 49 50 51 52"},
		{"time", timeAxis("", 0, 5100), 6, "0 1000 2000 3000 4000 5000"},
		{"seconds", timeAxis("", 0, 51_000), 6, "0 10 20 30 40 50"},
		{"parts", timeAxis("", 0, 0.5), 6, "0.0 0.1 0.2 0.3 0.4 0.5"},
		{"below 0", timeAxis("", -5, 10), 4, "-5 0 5 10"},
		{"log", axis{min: 18, max: 600, unit: 1, log: true}, 6, "20 50 100 200 500"},
		{"log, far", axis{min: 1, max: 1e6, unit: 1, log: true}, 7, "1 10 100 1000 10000 100000 1000000"},
		{"log, near", axis{min: 21, max: 29, unit: 1, log: true}, 4, "22 24 26 28"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, tick := range tt.axis.ticks(tt.most) {
				got = append(got, tick.label)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("ticks(%d) = %q; want %q", tt.most, got, tt.want)
			}
		})
	}
}

// The enlarged part is where TCP waited and UDP lost a stone, if there is such a place.
func TestWorst(t *testing.T) {
	flat := func(n int) []float64 {
		delays := make([]float64, n)
		for i := range delays {
			delays[i] = 50
		}
		return delays
	}
	for _, tt := range []struct {
		name   string
		change func(tcp, udp []float64)
		want   span
	}{
		{"nothing", func(_, _ []float64) {}, span{1, 10}},
		{"TCP waits", func(tcp, _ []float64) { tcp[49] = 200 }, span{48, 57}},
		{"and UDP loses elsewhere", func(tcp, udp []float64) { tcp[49], udp[79] = 200, -1 }, span{48, 57}},
		{"TCP waits twice, UDP loses at one of them", func(tcp, udp []float64) { tcp[49], tcp[69], udp[70] = 300, 200, -1 }, span{68, 77}},
		{"UDP loses", func(_, udp []float64) { udp[79] = -1 }, span{78, 87}},
		{"at the end", func(tcp, _ []float64) { tcp[99] = 200 }, span{91, 100}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tcp, udp := flat(100), flat(100)
			tt.change(tcp, udp)
			r := lab.Result{Flows: []lab.Outcome{flow(lab.TCP, lab.Number(100), tcp...), flow(lab.UDP, lab.NA(""), udp...)}}
			if got := worst(sides(r), 10, 100); got != tt.want {
				t.Errorf("worst = %v; want %v", got, tt.want)
			}
		})
	}
}

// A stone without a due time of its own is drawn at that of the one before.
func TestDueWhenThrown(t *testing.T) {
	x := lab.Outcome{Stones: []lab.StoneRecord{record(1, 0, 20), record(2, 0, -1), record(3, 7, 20)}}
	x.Stones[1].Due = lab.NA(lab.CauseDueWhenThrown)
	got := fmt.Sprint(stonesOf(&x))
	if want := "[{1 0 20 false 0 0 0} {2 0 0 true 0 0 0} {3 7 27 false 0 0 0}]"; got != want {
		t.Errorf("stonesOf = %s; want %s", got, want)
	}
}

// A ladder shows thirty packets at most, those around the first loss, and says
// how many it leaves out.
func TestCut(t *testing.T) {
	lines := func(n, lost int) []string {
		var list []string
		for i := range n {
			came := fmt.Sprint(i*10 + 20)
			if i+1 == lost {
				came = "x"
			}
			list = append(list, fmt.Sprintf("> %d %d %s", i+1, i*10, came))
		}
		return list
	}
	for _, tt := range []struct {
		name         string
		n, lost      int
		first        uint64
		shown        int
		before, more int
	}{
		{"few", 30, 0, 1, 30, 0, 0},
		{"many", 100, 0, 1, 30, 0, 70},
		{"an early loss", 100, 10, 1, 30, 0, 70},
		{"a late loss", 100, 50, 44, 30, 43, 27},
		{"the last one", 100, 100, 71, 30, 70, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLadder(lab.Result{Flows: []lab.Outcome{{Name: lab.UDP, Transport: lab.UDP, Packets: packets(lab.UDP, lines(tt.n, tt.lost)...)}}}, Zoom{})
			got := l.rails[0].packets
			if len(got) != tt.shown || got[0].first != tt.first || l.before != tt.before || l.more != tt.more {
				t.Errorf("%d packets from %d, %d before, %d more; want %d from %d, %d, %d",
					len(got), got[0].first, l.before, l.more, tt.shown, tt.first, tt.before, tt.more)
			}
		})
	}
	t.Log("# a burst over one transport leaves room for the other")
	burst := make([]string, 100)
	for i := range burst {
		burst[i] = fmt.Sprintf("> %d 0 20", i+1)
	}
	l := newLadder(lab.Result{Flows: []lab.Outcome{
		{Name: lab.TCP, Transport: lab.TCP, Packets: packets(lab.TCP, lines(100, 0)...)}, {Name: lab.UDP, Transport: lab.UDP, Packets: packets(lab.UDP, burst...)},
	}}, Zoom{})
	if tcp, udp := len(l.rails[0].packets), len(l.rails[1].packets); tcp != 10 || udp != 20 {
		t.Errorf("%d and %d packets; want 10 and 20", tcp, udp)
	}
}

func BenchmarkView(b *testing.B) {
	r := many(1000)
	for _, kind := range []string{"stones", "cdf"} {
		v := View{Kind: kind}
		for format, write := range map[string]func(io.Writer, lab.Result) error{"text": v.Text, "svg": v.SVG, "png": v.PNG} {
			b.Run("kind="+kind+"/format="+format, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := write(io.Discard, r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
