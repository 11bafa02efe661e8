package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/report"
)

// The first screen on terminals of three widths, with colour and without. People have
// looked at these files, and should look again at a change.
func TestScreens(t *testing.T) {
	r := ran(t, asked(t))
	r.Warnings = advice.Warnings(&r.Experiment, r.Flows)
	doc := lab.Document{Results: []lab.Result{r}}
	for _, size := range []struct{ width, height int }{{60, 20}, {80, 24}, {120, 40}} {
		for _, colour := range []bool{false, true} {
			name := fmt.Sprintf("%dx%d", size.width, size.height)
			if colour {
				name += ".colour"
			}
			t.Run(name, func(t *testing.T) {
				var out bytes.Buffer
				if err := report.Table(&out, doc, report.View{Width: size.width, Colour: colour}); err != nil {
					t.Fatal(err)
				}
				if lines := strings.Count(out.String(), "\n"); size.width >= 80 && lines >= size.height {
					t.Errorf("%d lines, and a prompt, on %d", lines, size.height)
				}
				file := filepath.Join("testdata", "screen", name+".golden")
				if *update {
					if err := os.WriteFile(file, out.Bytes(), 0o666); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(out.Bytes(), bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
					t.Errorf("%s differs: look at it, and if it is right, run the test with -update\n%s", file, &out)
				}
			})
		}
	}
}
