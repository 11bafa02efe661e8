package picture

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"stones/lab"
)

func TestZoomText(t *testing.T) {
	for text, want := range map[string]Zoom{
		"2s-3s":      {2 * time.Second, 3 * time.Second},
		"0s-10ms":    {0, 10 * time.Millisecond},
		"500ms-1s":   {500 * time.Millisecond, time.Second},
		"3s-2s":      {},
		"2s-2s":      {},
		"2s":         {},
		"2-3":        {},
		"":           {},
		"-1s-2s":     {},
		"1s-2s-3s":   {},
		"\x1b[2Js-3": {},
	} {
		var z Zoom
		err := z.UnmarshalText([]byte(text))
		if z != want || (err == nil) != (want != Zoom{}) {
			t.Errorf("%q: %v, %v; want %v", text, z, err, want)
		}
		if err == nil && z.String() != text {
			t.Errorf("%q is written as %q", text, z)
		}
	}
}

// Only what lies in the zoom is drawn; the ladder counts the packets before it.
func TestZoom(t *testing.T) {
	r := dropped()
	zoom := Zoom{From: 500 * time.Millisecond, To: 900 * time.Millisecond}
	c := stonesChart(r, 18, zoom)
	if len(c.rows) != 1 {
		t.Fatalf("%d rows", len(c.rows))
	}
	shown := 0
	for _, s := range sides(r) {
		for _, one := range s.stones {
			if one.due >= 500 && one.due <= 900 {
				shown++
			}
		}
	}
	found := 0
	for _, p := range c.rows[0] {
		for _, s := range p.series {
			if s.look == tcpStone || s.look == udpStone || s.look == lost {
				found += len(s.points)
			}
		}
	}
	if shown == 0 || found < shown || found > shown+2*len(c.rows[0]) { // sides begin at different times
		t.Errorf("%d stones are drawn; %d were due in the time", found, shown)
	}

	early := Zoom{From: 100 * time.Millisecond, To: 400 * time.Millisecond}
	all, some := newLadder(r, Zoom{}), newLadder(r, early)
	if all.empty() || some.empty() || some.before == 0 {
		t.Errorf("ladder: %v, %v, %d before", all.empty(), some.empty(), some.before)
	}
	for _, rail := range some.rails {
		for _, p := range rail.packets {
			if p.sent < 100 || p.sent > 400 {
				t.Errorf("a packet sent at %v", p.sent)
			}
		}
	}

	late := Zoom{From: time.Hour, To: 2 * time.Hour}
	for _, kind := range Kinds() {
		var out bytes.Buffer
		if err := (View{Kind: kind, Zoom: late}).Text(&out, r); err != nil {
			t.Fatal(err)
		}
		plain(t, out.String())
		drawn := drawn(t, View{Kind: kind, Zoom: late}.SVG, r)
		if kind == "stones" && (!strings.Contains(out.String(), "No stone was due in this time") || !strings.Contains(string(drawn), "No stone was due")) {
			t.Errorf("an hour later:\n%s", out.String())
		}
	}
}

// The line of a stone has a part for each of its waits, and the parts join.
func TestStretch(t *testing.T) {
	for _, tt := range []struct {
		stone stone
		want  []look // in turn
	}{
		{stone{due: 10, came: 60}, []look{tcpFlight}},
		{stone{due: 10, came: 160, leaving: 100}, []look{leaving, tcpFlight}},
		{stone{due: 10, came: 210, repeating: 150}, []look{repeating, tcpFlight}},
		{stone{due: 10, came: 160, waiting: 100}, []look{tcpFlight, waiting}},
		{stone{due: 10, came: 310, leaving: 40, repeating: 150, waiting: 60}, []look{leaving, repeating, tcpFlight, waiting}},
		{stone{due: 10, came: 60, leaving: 1e9}, []look{leaving}}, // an impossible wait
	} {
		parts := make(map[look][]point)
		tt.stone.stretch(tcpFlight, parts)
		at := tt.stone.due
		for _, l := range tt.want {
			if len(parts[l]) != 2 || parts[l][0].x != at || parts[l][1].x <= at {
				t.Errorf("%+v: %v of %v", tt.stone, parts[l], parts)
				break
			}
			at = parts[l][1].x
		}
		if len(parts) != len(tt.want) || at != tt.stone.came {
			t.Errorf("%+v: %v", tt.stone, parts)
		}
	}
}

// A drawing has a title and a description in words.
func TestDescribed(t *testing.T) {
	svg := drawn(t, View{Kind: "stones", Caption: []string{"1 < 2 & 3"}}.SVG, lab.Result{})
	var root struct {
		Title string `xml:"title"`
		Desc  string `xml:"desc"`
	}
	if err := xml.Unmarshal(svg, &root); err != nil {
		t.Fatal(err)
	}
	if root.Title != stonesTitle || !strings.HasPrefix(root.Desc, "1 < 2 & 3") {
		t.Errorf("%+v", root)
	}
}
