package tcp

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Limits in lines, so that a file can be read in one sitting and a function fits on a
// page.
const (
	longestFile     = 350
	longestFunction = 50
)

// The package is a course: its comment names all files. Each file begins with a comment
// and is short.
func TestCourse(t *testing.T) {
	about, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`[a-z]+\.go`).FindAllString(string(about), -1)
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range named {
		if !slices.Contains(names, name) {
			t.Errorf("doc.go leads to %s, which there is not", name)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if name != "doc.go" && !slices.Contains(named, name) {
			t.Errorf("doc.go does not lead to %s", name)
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		line := func(p token.Pos) int { return files.Position(p).Line }
		if n := files.File(file.Pos()).LineCount(); n > longestFile {
			t.Errorf("%s has %d lines; at most %d", name, n, longestFile)
		}
		first := slices.IndexFunc(file.Decls, func(d ast.Decl) bool { return !imports(d) })
		if len(file.Comments) == 0 || first >= 0 && file.Decls[first].Pos() < file.Comments[0].Pos() {
			t.Errorf("%s does not begin with words", name)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && line(f.End())-line(f.Pos())+1 > longestFunction {
				t.Errorf("%s: %s has %d lines; at most %d", name, f.Name.Name, line(f.End())-line(f.Pos())+1, longestFunction)
			}
		}
	}
}

func imports(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	return ok && g.Tok == token.IMPORT
}
