//go:build !js

package report

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
)

// A table that is drawn in parts is the one that is drawn as a whole.
func TestLongTable(t *testing.T) {
	for _, rows := range []int{drawnRows - 1, drawnRows, drawnRows + 1, 3*drawnRows + 1} {
		g := grid{head: []string{"what", "a\nnumber", "of two", "wide"}, words: 1}
		for i := range rows {
			g.rows = append(g.rows, []string{fmt.Sprint("row ", i), fmt.Sprint(i * i), fmt.Sprint(i % 7), "-" + strings.Repeat("-", i*9%31)})
		}
		for _, v := range []View{{Width: 200}, {Colour: true, Width: 60}} {
			var got, want strings.Builder
			b := bufio.NewWriter(&got)
			if err := g.fit(b, v); err != nil {
				t.Fatal(err)
			}
			b.Flush()
			if err := g.draw(&want); err != nil {
				t.Fatal(err)
			}
			if v.Colour {
				head, _, _ := strings.Cut(strings.ReplaceAll(got.String(), "\x1b[0m", ""), "\n--")
				if lines := strings.Split(head, "\n"); len(lines) != 2 || !strings.HasPrefix(lines[0], "\x1b[1m") || strings.Count(got.String(), "\x1b[1m") != 2 {
					t.Errorf("%d rows: the head is %q", rows, head)
				}
				continue
			}
			var lines []string
			for line := range strings.Lines(want.String()) {
				lines = append(lines, strings.TrimRight(line, " \n")+"\n")
			}
			if got.String() != strings.Join(lines, "") {
				t.Errorf("%d rows: drawn otherwise than as a whole", rows)
			}
		}
	}
}
