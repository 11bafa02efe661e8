package report

import (
	"io"
	"strings"

	"stones/lab"
	"stones/lab/prose"
)

// Markdown writes the page with a table of GitHub's kind, each line a paragraph.
func Markdown(w io.Writer, doc lab.Document, v View) error { return newPage(doc, v).markdown(w) }

// markdown writes the page in Markdown.
func (p page) markdown(w io.Writer) error {
	var b strings.Builder
	for i, line := range p.above {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(marked(line) + "\n")
	}
	if len(p.table.rows) > 0 {
		b.WriteString("\n")
		p.table.markdown(&b)
	}
	for _, line := range p.below {
		b.WriteString("\n" + marked(line) + "\n")
	}
	for _, x := range p.more {
		b.WriteString("\n" + marked(x.caption) + "\n\n")
		x.markdown(&b)
		for _, line := range x.below {
			b.WriteString("\n" + marked(line) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (g grid) markdown(b *strings.Builder) {
	write := func(cells []string) {
		for _, cell := range cells {
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
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
	for _, row := range g.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = marked(cell)
		}
		write(cells)
	}
}

// marked makes text mean itself in Markdown.
func marked(text string) string {
	return strings.NewReplacer(
		"|", `\|`, "<", `\<`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`, "`", "\\`", "~", `\~`, "&", `\&`,
	).Replace(prose.Safe(text))
}
