package reference_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stones/lab/reference"
)

// A file that was read is written as it was.
func TestReadWrite(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files of figures: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := reference.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var once, twice bytes.Buffer
		if err := f.Write(&once); err != nil {
			t.Fatal(err)
		}
		again, err := reference.Read(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Write(&twice); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("%s: written twice, it differs", name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"what is this", `line 1: "what is this": not expected here`},
		{"stack: Linux\n\na: loss 1%\nseed p50_ms\n1 2 3\n", "line 5: 3 values; expected 2"},
		{"stack: Linux\n\na: loss 1%\nseed p50_ms\nx 2\n", `line 5: "x": not a seed`},
		{"stack: Linux\n\na: loss 1%\nseed p50_ms\n1 y\n", `line 5: "y": not a number`},
		{"stack: Linux\n\na: loss 1%\nseed p50_ms\n2 1\n2 1\n", "line 6: seed 2: not above the one before"},
	} {
		_, err := reference.Read(strings.NewReader(tt.text))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: %v; want %s", tt.text, err, tt.want)
		}
	}
}

// file has a cell's runs with these values of p50.
func file(c reference.Cell, values ...float64) *reference.File {
	f := &reference.File{About: map[string]string{}}
	for i, v := range values {
		f.Add(c, reference.Run{Seed: uint64(i + 1), Values: map[string]float64{"p50_ms": v, "thrown": 1000}})
	}
	return f
}

// Two lots are as far apart as their medians, and the rank test tells whether
// chance alone could set them so far apart.
func TestCompare(t *testing.T) {
	cells, _ := reference.Select([]string{"loss1"})
	c := cells[0]
	low, high := make([]float64, 20), make([]float64, 20)
	for i := range low {
		low[i], high[i] = 20+float64(i)/10, 40+float64(i)/10
	}
	for _, tt := range []struct {
		name   string
		a, b   []float64
		ratio  float64
		apart  bool
		median float64
	}{
		{"the same", low, low, 1, false, 20.95},
		{"all above", high, low, 40.95 / 20.95, true, 40.95},
		{"two seeds prove nothing", high[:2], low[:2], 40.05 / 20.05, false, 40.05},
	} {
		rows := reference.Compare(file(c, tt.a...), file(c, tt.b...), cells)
		p, ok := rows[0].Pair(reference.P50)
		if !ok || math.Abs(p.Ratio()-tt.ratio) > 1e-9 || (math.Abs(p.Z) > 3) != tt.apart || math.Abs(p.Median-tt.median) > 1e-9 {
			t.Errorf("%s: %+v", tt.name, p)
		}
		if n := reference.In(rows, reference.P50); n.Cells != 1 || math.Abs(n.Factor-tt.ratio) > 1e-9 || (len(n.Beyond) == 1) != tt.apart {
			t.Errorf("%s: %+v", tt.name, n)
		}
	}
}
