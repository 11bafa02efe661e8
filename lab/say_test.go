package lab

import (
	"fmt"
	"strings"
	"testing"
)

func TestSpoken(t *testing.T) {
	for _, tt := range []struct {
		text string
		room int
		want string
	}{
		{"abc", 3, "abc"},
		{"abc", 4, "abc "},
		{"abc", 6, "abc   "},
		{"abc", 7, "abc abc"},
		{"abc", 12, "abc abc abc "},
		{"Привет", 12, "Привет"},
		{"Привет", 25, "Привет Привет"},
	} {
		got := Experiment{Say: tt.text}.Carries(32 + tt.room)(7)
		if got != tt.want || len(got) != tt.room {
			t.Errorf("%q in %d bytes: %q; want %q", tt.text, tt.room, got, tt.want)
		}
	}
	if (Experiment{}).Carries(100) != nil {
		t.Error("stones carry something that nobody asked for")
	}
}

func TestValidateSay(t *testing.T) {
	for _, tt := range []struct {
		say  string
		size int
		want string
	}{
		{"", 32, "<nil>"},
		{"Привет", 44, "<nil>"},
		{"Привет", 43, `size "43": what is said has 12 bytes behind a header of 32; allowed from 44`},
		{"a\nb", 100, `not all of it can be seen; allowed are letters, digits, marks and blanks`},
		{"\u202e", 100, `not all of it can be seen; allowed are letters, digits, marks and blanks`},
		{"\xff", 100, `not UTF-8`},
		{strings.Repeat("x", 201), 1000, `it has 201 bytes; allowed 1 to 200`},
	} {
		e := Experiment{Say: tt.say, Flows: []Flow{{Name: TCP, Transport: TCP}}}
		e.Flows[0].Plan.Size = tt.size
		if got := fmt.Sprint(e.validateSay()); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%q in %d: %s; want %s", tt.say, tt.size, got, tt.want)
		}
	}
}
