package lab

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of the module each folder may import, and which
// of the chosen modules outside of the standard library. Tests are free.
var mayImport = map[string][]string{
	"cmd/stones":          {"stones/lab", "stones/lab/...", "github.com/rogpeppe/go-internal/txtar", "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/net/netutil", "golang.org/x/sync/errgroup", "golang.org/x/term"},
	"cmd/engine":          {"stones/lab", "stones/lab/web", "stones/lab/worlds"},
	"tcp":                 {"stones/lab/stone"},
	"udp":                 {"stones/lab/stone"},
	"lab":                 {"stones/lab/stone", "stones/lab/wire", "stones/lab/pace", "stones/lab/path"},
	"lab/advice":          {"stones/lab", "stones/lab/pace", "stones/lab/theory", "stones/lab/wire"},
	"lab/document":        {"stones/lab", "stones/lab/prose", "stones/lab/quantity", "github.com/go-json-experiment/json", "github.com/go-json-experiment/json/jsontext"},
	"lab/run":             {"stones/lab", "stones/lab/advice", "stones/tcp", "stones/udp", "stones/lab/stone", "stones/lab/clock", "stones/lab/pace", "stones/lab/tally", "stones/lab/path", "stones/lab/protocol", "stones/lab/wire", "golang.org/x/sync/errgroup"},
	"lab/photo":           {"stones/lab", "golang.org/x/image/draw"},
	"lab/protocol":        {},
	"lab/stone":           {},
	"lab/clock":           {"golang.org/x/sys/unix"},
	"lab/quantity":        {},
	"lab/prose":           {},
	"lab/wire":            {},
	"lab/stack":           {"stones/lab/stack/charge", "stones/lab/stack/checksum", "stones/lab/stack/event", "stones/lab/stack/icmp", "stones/lab/stack/ip", "stones/lab/stack/tcp", "stones/lab/stack/udp"},
	"lab/stack/charge":    {},
	"lab/stack/checksum":  {},
	"lab/stack/event":     {},
	"lab/stack/icmp":      {"stones/lab/stack/ip"},
	"lab/stack/ip":        {"stones/lab/stack/charge", "stones/lab/stack/checksum"},
	"lab/stack/stacktest": {"stones/lab/stack/event", "stones/lab/stack/tcp"},
	"lab/stack/tcp":       {"stones/lab/stack/charge"},
	"lab/stack/udp":       {},
	"lab/pace":            {"stones/lab/clock", "stones/lab/stone"},
	"lab/tally":           {"stones/lab/stone"},
	"lab/path":            {},
	"lab/theory":          {},
	"lab/path/watch":      {"stones/lab/path", "stones/lab/stone", "stones/lab/wire"},
	"lab/path/sim":        {"stones/lab/clock", "stones/lab/path", "stones/lab/path/watch", "stones/lab/stack", "stones/lab/stack/...", "stones/lab/wire"},
	"lab/path/netns":      {"stones/lab/path", "stones/lab/path/host", "stones/lab/path/watch", "stones/lab/stone", "stones/lab/wire", "github.com/vishvananda/netlink", "golang.org/x/sync/errgroup", "golang.org/x/sys/unix"},
	"lab/path/host":       {"stones/lab/clock", "stones/lab/path", "golang.org/x/net/ipv4", "golang.org/x/net/ipv6", "golang.org/x/sys/unix"},
	"lab/path/remote":     {"stones/lab/clock", "stones/lab/control", "stones/lab/path", "stones/lab/seal"},
	"lab/control":         {"stones/lab/stone"},
	"lab/seal":            {},
	"lab/server":          {"stones/lab/tally", "stones/lab/clock", "stones/lab/control", "stones/lab/pace", "stones/lab/seal", "stones/lab/stone", "stones/tcp", "stones/udp"},
	"lab/knob":            {"stones/lab", "stones/lab/pace", "stones/lab/protocol", "stones/lab/wire"},
	"lab/worlds":          {"stones/lab", "stones/lab/pace", "stones/lab/path", "stones/lab/path/sim", "stones/lab/run"},
	"lab/web":             {"github.com/go-json-experiment/json", "github.com/go-json-experiment/json/jsontext", "stones/lab", "stones/lab/document", "stones/lab/knob", "stones/lab/lesson", "stones/lab/photo", "stones/lab/protocol", "stones/lab/report", "stones/lab/run", "stones/lab/worlds"},
	"lab/web/site":        {"stones/lab", "stones/lab/web"},
	"lab/relay":           {"stones/lab/wire"},
	"lab/lesson":          {"github.com/go-json-experiment/json", "stones/lab/document", "stones/lab/photo", "stones/lab/knob", "stones/lab", "stones/lab/path", "stones/lab/protocol", "stones/lab/report", "github.com/rogpeppe/go-internal/txtar"},
	"lab/report/glossary": {"github.com/rogpeppe/go-internal/txtar"},
	"lab/reference":       {"stones/lab"},
	"lab/report":          {"github.com/go-json-experiment/json/jsontext", "stones/lab/advice", "stones/lab/document", "stones/lab/knob", "stones/lab", "stones/lab/reference", "stones/lab/pace", "stones/lab/path", "stones/lab/control", "stones/lab/relay", "stones/lab/report/glossary", "stones/lab/theory", "stones/lab/wire"},

	"lab/report/picture": {"stones/lab", "stones/lab/photo", "stones/lab/stone", "codeberg.org/go-fonts/liberation/liberationsansregular", "golang.org/x/image/font/opentype", "gonum.org/v1/plot/font", "gonum.org/v1/plot/text", "gonum.org/v1/plot/vg", "gonum.org/v1/plot/vg/..."},
}

// leaves are packages that know nothing of stones. All but those of the pure
// folders may import them.
var (
	leaves = []string{"stones/lab/prose", "stones/lab/quantity"}
	pure   = []string{"tcp", "udp", "lab/stone", "lab/clock", "lab/prose", "lab/quantity"}
)

// only says which single file may import a module.
var only = map[string]string{
	"github.com/olekukonko/tablewriter": "lab/report/table.go",
	"github.com/gopacket/gopacket":      "cmd/stones/pcap.go",
}

func TestImports(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, func(name string, file *ast.File) {
		folder := filepath.ToSlash(filepath.Dir(name))
		seen[folder] = true
		allowed, ok := mayImport[folder]
		if !ok {
			t.Errorf("%s: the folder is not in the table of who may import whom", name)
			return
		}
		if !slices.Contains(pure, folder) {
			allowed = slices.Concat(allowed, leaves)
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if standard(imported) || matches(imported, allowed) || onlyHere(imported, name) {
				continue
			}
			t.Errorf("%s imports %s; %s may import %v", name, imported, folder, allowed)
		}
	})
	for folder := range mayImport {
		if !seen[folder] {
			t.Errorf("%s stands in the table, but has no code", folder)
		}
	}
}

// TestDrawing holds the drawing in doc.go to the folders that there are. The parts of
// the stack are drawn as one.
func TestDrawing(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	drawn := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" ,\t\n", r) })
	for folder := range mayImport {
		short := folder[strings.LastIndex(folder, "/")+1:]
		if !strings.HasPrefix(folder, "lab/stack/") && !slices.Contains(drawn, folder) && !slices.Contains(drawn, short) {
			t.Errorf("%s does not stand in the drawing of doc.go", folder)
		}
	}
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "stones"
}

func matches(path string, allowed []string) bool {
	return slices.ContainsFunc(allowed, func(pattern string) bool {
		prefix, many := strings.CutSuffix(pattern, "...")
		return path == pattern || many && strings.HasPrefix(path, prefix)
	})
}

func onlyHere(path, name string) bool {
	for module, file := range only {
		if strings.HasPrefix(path, module) {
			return filepath.ToSlash(name) == file
		}
	}
	return false
}

// oneSided are the exported names that only tcp or only udp has, with the
// reason. There are none: what differs is within.
var oneSided = map[string]string{}

func TestMirror(t *testing.T) {
	sides := map[string]map[string][]string{"tcp": {}, "udp": {}}
	eachFile(t, func(name string, file *ast.File) {
		side := filepath.Dir(name)
		if sides[side] != nil {
			sides[side][filepath.Base(name)] = exported(file)
		}
	})
	for name := range maps.Keys(merge(sides["tcp"], sides["udp"])) {
		ours, theirs := sides["tcp"][name], sides["udp"][name]
		if (ours == nil) != (theirs == nil) {
			t.Errorf("%s is in tcp: %t, in udp: %t", name, ours != nil, theirs != nil)
			continue
		}
		ours, theirs = slices.DeleteFunc(ours, listed), slices.DeleteFunc(theirs, listed)
		if !slices.Equal(ours, theirs) {
			t.Errorf("%s: tcp has %v, udp has %v", name, ours, theirs)
		}
	}
}

func listed(name string) bool { return oneSided[name] != "" }

func merge(a, b map[string][]string) map[string][]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// exported lists what a file exports, methods as Type.Method, in the order in
// which it stands.
func exported(file *ast.File) []string {
	names := []string{}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name := decl.Name.Name
			if decl.Recv != nil {
				receiver := decl.Recv.List[0].Type
				if star, ok := receiver.(*ast.StarExpr); ok {
					receiver = star.X
				}
				name = receiver.(*ast.Ident).Name + "." + name
			}
			if decl.Name.IsExported() && ast.IsExported(name) {
				names = append(names, name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
					names = append(names, spec.Name.Name)
				}
			}
		}
	}
	return names
}

// TestTopLevel holds the owner's list of what may lie at the top.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, ".") && !slices.Contains([]string{"cmd", "tcp", "udp", "lab", "go.mod", "go.sum", "README.md"}, name) {
			t.Errorf("%s lies at the top level", name)
		}
	}
}

// eachFile parses every Go file of the module that is no test, by its name from
// the top.
func eachFile(t *testing.T, do func(name string, file *ast.File)) {
	t.Helper()
	top := os.DirFS("..")
	err := fs.WalkDir(top, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(top, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		do(filepath.FromSlash(name), file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
