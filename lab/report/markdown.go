package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"stones/lab"
	"stones/lab/prose"
)

// Markdown writes the page with a table of GitHub's kind, each line a paragraph.
func Markdown(w io.Writer, doc lab.Document, v View) error { return gistOf(doc, v).page().markdown(w) }

// markdown writes the page in Markdown.
func (p page) markdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	for i, line := range p.above {
		if i > 0 {
			fmt.Fprint(b, "\n")
		}
		fmt.Fprint(b, marked(line)+"\n")
	}
	if !p.table.empty() {
		fmt.Fprint(b, "\n")
		p.table.markdown(b)
	}
	for _, line := range p.below {
		fmt.Fprint(b, "\n"+marked(line)+"\n")
	}
	for _, x := range p.more {
		fmt.Fprint(b, "\n"+marked(x.caption)+"\n\n")
		x.markdown(b)
		for _, line := range x.below {
			fmt.Fprint(b, "\n"+marked(line)+"\n")
		}
	}
	return b.Flush()
}

func (g grid) markdown(b *bufio.Writer) {
	write := func(cells []string) {
		for _, cell := range cells {
			fmt.Fprint(b, "| "+cell+" ")
		}
		fmt.Fprint(b, "|\n")
	}
	head := make([]string, len(g.head))
	rule := make([]string, len(g.head))
	for i, name := range g.head {
		name = strings.ReplaceAll(name, "-\n", "")
		head[i] = marked(strings.ReplaceAll(name, "\n", " "))
		rule[i] = "---:"
		if i < g.words {
			rule[i] = ":---"
		}
	}
	write(head)
	write(rule)
	for row := range g.all() {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = marked(cell)
		}
		write(cells)
	}
}

// marked escapes text for Markdown.
func marked(text string) string {
	return strings.NewReplacer(
		"|", `\|`, "<", `\<`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`, "`", "\\`", "~", `\~`, "&", `\&`,
	).Replace(prose.Safe(text))
}
