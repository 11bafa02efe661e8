package picture

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"stones/lab"
)

// heard is a flow of which these were overheard, each behind so many bytes of headers.
func heard(transport string, what lab.Heard, texts ...string) lab.Outcome {
	x := lab.Outcome{Name: transport, Transport: transport, Connect: lab.Number(80)}
	for i, text := range texts {
		head := strings.Repeat("\x01", 20) + text
		x.Overheard = append(x.Overheard, lab.Overheard{
			At: lab.Number(float64(10 * i)), What: what, Protocol: transport, Bytes: len(head) + 300, Data: len(text) + 300, Head: hex.EncodeToString([]byte(head)),
		})
	}
	return x
}

func TestOverheardText(t *testing.T) {
	secret := "\x16\x03\x03\xd0\x9f\x00\xe2\x80\xae\xc3\xa4 and so on"
	tcp := heard(lab.TCP, lab.HeardSocket, secret, secret, secret, secret)
	tcp.RTT = &lab.RoundTrip{Min: lab.Number(40), Median: lab.Number(40)}
	tcp.Overheard[0].Flags = "PSH"
	udp := heard(lab.UDP, lab.HeardSocket, "STN\x01 Привет Привет", strings.Repeat("Привет ", 30))
	r := lab.Result{Experiment: lab.Experiment{Say: "Привет"}, Flows: []lab.Outcome{tcp, udp}}
	var out bytes.Buffer
	if err := (View{Kind: OverheardKind}).Text(&out, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "heard.overheard.txt", out.Bytes())
	drawn(t, View{Kind: OverheardKind}.SVG, r)
}

// legible looks for the text in what was heard.
func TestLegible(t *testing.T) {
	for _, tt := range []struct {
		said, heard string
		want        bool
	}{
		{"Привет", "...Привет...", true},
		{"Привет", "...Приве", false},
		{"Привет всем на дороге", "...Привет", true}, // as much as there is room for
		{"", "\x00STN\x01", true},
		{"", "STN", false},
	} {
		if got := legible([][]byte{[]byte("x"), []byte(tt.heard)}, tt.said); got != tt.want {
			t.Errorf("%q in %q: %t; want %t", tt.said, tt.heard, got, tt.want)
		}
	}
}

// What a document claims to have heard is not trusted.
func TestHeardAnything(t *testing.T) {
	for _, o := range []lab.Overheard{
		{Head: "no hex", Bytes: 10, Data: 10},
		{Head: "abc", Bytes: 10, Data: 10},
		{Head: "00ff", Bytes: 1, Data: 1},
		{Head: "", Bytes: 5, Data: 5},
		{Head: "1b5b324a0a", Bytes: 5, Data: -1},
		{Head: "1b5b324a0a", Bytes: 5, Data: 5, What: "\x1b", At: lab.NA("x")},
	} {
		r := lab.Result{Flows: []lab.Outcome{{Name: "\x1b[2J", Overheard: []lab.Overheard{o}}}}
		var out bytes.Buffer
		if err := (View{Kind: OverheardKind}).Text(&out, r); err != nil {
			t.Error(err)
		}
		plain(t, out.String())
		drawn(t, View{Kind: OverheardKind}.SVG, r)
	}
}
