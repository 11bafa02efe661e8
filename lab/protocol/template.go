package protocol

import (
	"embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// templates hold a stop-and-wait in each language, by file extension.
//
//go:embed templates
var templates embed.FS

// page is the file of the package's comment.
//
//go:embed doc.go
var page string

// Page is what a student works from, as a comment in Go: that of this package.
func Page() string {
	comment, _, _ := strings.Cut(page, "\npackage ")
	return strings.NewReplacer("\n// ", "\n", "\n//", "\n").Replace("\n" + comment)
}

// Languages are the endings of the languages in which a program can be begun.
func Languages() []string { return []string{".py", ".go", ".js", ".c"} }

// Template is a program to begin with, in the language of a file's ending: a
// stop-and-wait that runs as it is.
func Template(file string) ([]byte, error) {
	ending := filepath.Ext(file)
	if !slices.Contains(Languages(), ending) {
		return nil, fmt.Errorf("no language ends so; allowed %s", strings.Join(Languages(), ", "))
	}
	return templates.ReadFile("templates/" + ending[1:])
}
