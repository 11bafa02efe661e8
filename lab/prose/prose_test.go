package prose_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stones/lab/prose"
)

func TestSafe(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Привет, подключайся!", "Привет, подключайся!"},
		{`a "quoted" \ word`, `a "quoted" \ word`},
		{"\x1b[31mred", `\x1b[31mred`},
		{"a\nb\x00", `a\nb\x00`},
		{"\xff", `\xff`},
		{"\u202etxt", `\u202etxt`},
		{"\u00a0", `\u00a0`},
	} {
		got := prose.Safe(tt.in)
		if got != tt.want || prose.Safe(got) != got {
			t.Errorf("Safe(%q) = %q, and again %q; want %q", tt.in, got, prose.Safe(got), tt.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"5", `"5"`},
		{"", `""`},
		{"ж ü €", `"ж ü €"`},
		{"a\nb\x1b[31m", `"a\nb\x1b[31m"`},
		{"\u202eabc\u2066", `"\u202eabc\u2066"`},
		{"\xff", `"\xff"`},
		{strings.Repeat("x", 64), `"` + strings.Repeat("x", 64) + `"`},
		{strings.Repeat("ж", 65), `"` + strings.Repeat("ж", 64) + `…"`},
	} {
		if got := prose.Quote(tt.in); got != tt.want {
			t.Errorf("Quote(%q) = %s; want %s", tt.in, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"one two", []string{"one two"}},
		{"one  two\nthree", []string{"one two", "  three"}},
		{"incomprehensibilities", []string{"incomprehensibilities"}},
		{"to incomprehensibilities and back", []string{"to", "  incomprehensibilities", "  and back"}},
		{"жжж жжж жжж", []string{"жжж жжж", "  жжж"}},
	} {
		if got := prose.Wrap(tt.in, 10, "", "  "); !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q) = %q, want %q", tt.in, got, tt.want)
		}
		fits := func(line string) bool { return len([]rune(line)) <= 8 }
		if got, want := prose.Lines(tt.in, fits), prose.Wrap(tt.in, 8, "", ""); !slices.Equal(got, want) {
			t.Errorf("Lines(%q) = %q, want %q", tt.in, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"loss", "delay", "duplicate"}
	for _, tt := range []struct {
		in, want string
		near     bool
	}{
		{"losss", "loss", true},
		{"Delay", "delay", true},
		{"dupilcate", "duplicate", true},
		{"xyzzyxyzzy", "delay", false},
	} {
		if got, near := prose.Nearest(tt.in, known); got != tt.want || near != tt.near {
			t.Errorf("Nearest(%q) = %q, %t; want %q, %t", tt.in, got, near, tt.want, tt.near)
		}
	}
	if got, near := prose.Nearest("loss", nil); got != "" || near {
		t.Errorf("nearest among none = %q, %t", got, near)
	}
	if _, near := prose.Nearest(strings.Repeat("x", 1<<20), known); near {
		t.Error("a name far too long is near")
	}
}

func TestAlike(t *testing.T) {
	known := []string{"late", "loss", "loss-periods", "lost"}
	for in, want := range map[string][]string{
		"loss":  {"loss", "loss-periods"},
		"lsot":  {"lost"},
		"xyzzy": nil,
		"rt":    nil, // at two letters, one may differ
		"olss":  {"loss"},
	} {
		if got := prose.Alike(in, known); !slices.Equal(got, want) {
			t.Errorf("Alike(%q) = %v, want %v", in, got, want)
		}
	}
	if got := prose.Alike("loss", nil); got != nil {
		t.Errorf("Alike among none = %v", got)
	}
}

func ExamplePlural() {
	fmt.Println(prose.Plural(1, "stone"), prose.Plural(0, "stone"), prose.Plural(2, "stone"))
	// Output: 1 stone 0 stones 2 stones
}

func FuzzSafe(f *testing.F) {
	f.Add("\x1b[31m\u202e\xff\"\\")
	f.Fuzz(func(t *testing.T, in string) {
		out := prose.Safe(in)
		for _, r := range out {
			if !strconv.IsPrint(r) {
				t.Errorf("Safe(%q) = %q", in, out)
			}
		}
		if prose.Safe(out) != out {
			t.Errorf("Safe(%q) = %q, and of that %q", in, out, prose.Safe(out))
		}
	})
}
