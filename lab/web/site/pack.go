package site

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// Parts are what the page needs where no program serves it: its engine, the script that
// runs Go in a browser, and the licence texts of both.
type Parts struct {
	Engine   []byte // WebAssembly, as Pack packs it
	Exec     []byte // wasm_exec.js, of the Go that built the engine
	Licences string // of the engine and the script
}

// dist holds the parts in a released program; otherwise it is empty.
//
//go:embed all:dist
var dist embed.FS

// Kept returns the parts that the program carries, if they were built from the same
// commit as the program.
func Kept(commit string) (Parts, bool) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is there
	}
	return kept(files, commit)
}

// kept returns the parts in a folder, if they are of that commit.
func kept(files fs.FS, commit string) (p Parts, ok bool) {
	var source, texts []byte
	for name, into := range map[string]*[]byte{"source": &source, packed: &p.Engine, exec: &p.Exec, licences: &texts} {
		var err error
		if *into, err = fs.ReadFile(files, name); err != nil {
			return Parts{}, false
		}
	}
	p.Licences = string(texts)
	return p, commit != "" && strings.TrimSpace(string(source)) == commit
}

// The names of the parts as files; the texts' is licences.
const (
	packed = "engine.wasm.gz"
	exec   = "wasm_exec.js"
)

// The policies of a page that is a folder, and of one that is a file.
const (
	folderPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
	filePolicy   = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data:; worker-src blob:; base-uri 'none'; form-action 'none'"
)

// Pack compresses an engine with gzip. The same engine gives the same bytes.
func Pack(engine []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(engine); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Folder is the page as files for any server, by name.
func (p Parts) Folder() (map[string][]byte, error) {
	files := make(map[string][]byte)
	entries, err := fs.ReadDir(Files(), ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if files[e.Name()], err = fs.ReadFile(Files(), e.Name()); err != nil {
			return nil, err
		}
	}
	files[packed], files[exec], files[licences] = p.Engine, p.Exec, []byte(p.Licences)
	files["engine.json"] = []byte("{\"http\":false}\n")
	files["index.html"] = []byte(policed(string(files["index.html"]), folderPolicy))
	return files, nil
}

// policed returns a page with a Content-Security-Policy in its head.
func policed(index, policy string) string {
	return strings.Replace(index, "<head>\n", "<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\""+policy+"\">\n", 1)
}

// modules are the page's scripts, each after those that it imports.
var modules = []string{"words.js", "engine.js", "plot.js", "film.js", "knobs.js", "table.js", "picture.js", "curves.js", "ladder.js", "photo.js", "tabs.js", "axis.js", "lesson.js", "main.js"}

var (
	imports = regexp.MustCompile(`(?m)^import .*\n`)
	exports = regexp.MustCompile(`(?m)^export `)
)

// File is the page as one file, which opens by double click.
func (p Parts) File() ([]byte, error) {
	files, err := p.Folder()
	if err != nil {
		return nil, err
	}
	var script strings.Builder
	for _, name := range modules {
		script.WriteString(exports.ReplaceAllString(imports.ReplaceAllString(string(files[name]), ""), ""))
	}
	worker := fmt.Sprintf("self.stonesEngine = %q\n%s\n%s", base64.StdEncoding.EncodeToString(p.Engine), p.Exec, files["worker.js"])
	for _, inner := range []string{script.String(), worker} {
		if strings.Contains(strings.ToLower(inner), "</script") {
			return nil, fmt.Errorf("a script holds its own end")
		}
	}
	raw, err := fs.ReadFile(Files(), "index.html")
	if err != nil {
		return nil, err
	}
	index := policed(string(raw), filePolicy)
	for _, change := range [][2]string{
		{`<link rel="stylesheet" href="page.css">`, "<style>\n" + string(files["page.css"]) + "</style>"},
		{`<script type="module" src="main.js"></script>`, ""},
		{`<p><a href="` + licences + `" data-word="licences"></a></p>`, "<details><summary data-word=\"licences\"></summary><pre id=\"license\"></pre></details>"},
		{"</body>", "<script type=\"text/plain\" id=\"engine-inline\">\n" + worker + "\n</script>\n<script type=\"text/plain\" id=\"license-inline\">\n" + p.Licences +
			"\n</script>\n<script type=\"module\">\ndocument.getElementById('license').textContent = document.getElementById('license-inline').textContent\n" + script.String() + "</script>\n</body>"},
	} {
		if !strings.Contains(index, change[0]) {
			return nil, fmt.Errorf("the page has no %s", change[0])
		}
		index = strings.Replace(index, change[0], change[1], 1)
	}
	return []byte(index), nil
}
