package main

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/document"
)

// said throws a text, and returns the result.
func said(t *testing.T, words ...string) lab.Result {
	t.Helper()
	var out, wrong bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong, run: runAll}
	if code := p.exec(t.Context(), append([]string{"throw", "--json", "--say", "Привет"}, words...)); code != 0 {
		t.Fatalf("%q: exit code %d: %s", words, code, &wrong)
	}
	var doc lab.Document
	if err := document.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Results[0]
}

// Reads of 45 bytes, of stones of 44, end at each place of a stone in turn: within each
// letter once in 44 reads. A datagram ends where the stone does.
func TestCutLetters(t *testing.T) {
	r := said(t, "--size", "44", "--count", "88", "--read-size", "45", "--asleep", "1s", "--loss", "0%", "--reorder", "0%")
	tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
	want := 0
	for read := 1; read*45 < 88*44; read++ {
		if at := read*45%44 - 32; at > 0 && at%2 == 1 {
			want++
		}
	}
	if tcp.Reads != 87 || *tcp.CutLetters != lab.Number(want) || *udp.CutLetters != lab.Number(0) || tcp.Delivered != 88 || udp.Delivered != 88 {
		t.Errorf("TCP: %d reads, %v letters cut; UDP: %v; want 87, %d, 0", tcp.Reads, tcp.CutLetters, udp.CutLetters, want)
	}
}

// The wire shows the headers and the text to everybody. Where packets are not seen, it
// is what goes through the sockets.
func TestOverheard(t *testing.T) {
	t.Parallel()
	at := serves(t)
	for _, words := range [][]string{{"--loss", "0%"}, {"--loss", "0%", "--ipv6"}, {"--path", "host"}, {"--to", at}, {"--to", at, "--reverse"}} {
		r := said(t, append(words, "--count", "5", "--size", "44", "--overhear")...)
		what, back := lab.HeardSocket, words[len(words)-1] == "--reverse"
		if words[0] == "--loss" {
			what = lab.HeardPacket
		}
		for _, x := range r.Flows {
			legible := 0
			for _, o := range x.Overheard {
				head, err := hex.DecodeString(o.Head)
				if err != nil || o.What != what || o.Bytes < len(head) || o.Protocol != x.Transport {
					t.Errorf("%q: %+v, %v", words, o, err)
				}
				if o.Back == back { // a read may have the bytes of several stones
					legible += bytes.Count(head, []byte("Привет"))
				}
			}
			if legible < 3 {
				t.Errorf("%q, %s: in %d pieces only %d stones can be read", words, x.Name, len(x.Overheard), legible)
			}
			if x.Delivered != 5 || x.Damaged != 0 {
				t.Errorf("%q, %s: %d delivered, %d damaged", words, x.Name, x.Delivered, x.Damaged)
			}
		}
	}
}
