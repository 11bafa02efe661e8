package lab

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestFile(t *testing.T) {
	const size = 32 + 4
	f := NewFile("digits", "0123456789")
	if got := f.Stones(size); got != 3 || f.Stones(42) != 1 || f.Stones(32) != 0 {
		t.Errorf("stones of 36, 42 and 32 bytes: %d, %d, %d; want 3, 1, 0", got, f.Stones(42), f.Stones(32))
	}
	if got := f.Part(1, size) + f.Part(2, size) + f.Part(3, size); got != "0123456789\x00\x00" {
		t.Errorf("they carry %q", got)
	}

	for _, tt := range []struct {
		came         []uint64
		bytes, holes int
		content      string
	}{
		{[]uint64{1, 2, 3}, 10, 0, "0123456789"},
		{[]uint64{3, 3, 1, 2}, 10, 0, "0123456789"},
		{nil, 0, 1, strings.Repeat("\x00", 10)},
		{[]uint64{2}, 4, 2, "\x00\x00\x00\x004567\x00\x00"},
		{[]uint64{3}, 2, 1, strings.Repeat("\x00", 8) + "89"},
		{[]uint64{1}, 4, 1, "0123" + strings.Repeat("\x00", 6)},
	} {
		f.Keep = true
		c := f.Catch(size)
		for _, n := range tt.came {
			if !c.Add(n, f.Part(n, size)) {
				t.Errorf("stone %d was not taken", n)
			}
		}
		got := c.Caught()
		if got.Bytes != tt.bytes || got.Of != 10 || got.Holes != tt.holes || string(got.Content) != tt.content ||
			got.Equal != (tt.holes == 0) || got.SHA256 != NewFile("", tt.content).SHA256 {
			t.Errorf("stones %d: %+v, %q; want %d bytes, %d holes, %q", tt.came, got, got.Content, tt.bytes, tt.holes, tt.content)
		}
	}
}

// What is not what was thrown is not taken.
func TestCatchRefuses(t *testing.T) {
	f := NewFile("digits", "0123456789")
	c := f.Catch(36)
	for n, carries := range map[uint64]string{0: "0123", 1: "0124", 2: "456", 3: "89", 4: "\x00\x00\x00\x00"} {
		if c.Add(n, carries) {
			t.Errorf("stone %d was taken with %q", n, carries)
		}
	}
	if got := c.Caught(); got.Bytes != 0 || got.Content != nil {
		t.Errorf("it has %+v", got)
	}
	if !bytes.Equal(c.content, make([]byte, 10)) {
		t.Errorf("it holds %q", c.content)
	}
}

func TestValidateFile(t *testing.T) {
	for _, tt := range []struct {
		bytes, size, count int
		want               string
	}{
		{10, 36, 3, "<nil>"},
		{10, 36, 4, `count "4": the file has 10 bytes and needs 3 stones of 36`},
		{10, 32, 1, `size "32": a stone of 32 bytes has a header of 32, and no room for a file; allowed from 33`},
		{0, 36, 1, `file "x": it has 0 bytes; allowed 1 to 67108864`},
		{MaxFile + 1, 36, 1, `file "x": it has 67108865 bytes; allowed 1 to 67108864`},
	} {
		e := Experiment{File: File{Name: "x", Bytes: tt.bytes}, Flows: []Flow{{Name: TCP, Transport: TCP}}}
		e.Flows[0].Plan.Size, e.Flows[0].Plan.Count = tt.size, tt.count
		if got := fmt.Sprint(e.validateFile()); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%d bytes, size %d, count %d: %s; want %s", tt.bytes, tt.size, tt.count, got, tt.want)
		}
	}
}
