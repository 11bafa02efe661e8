package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/web/site"
)

// writePage writes the page with its engine: as one file if the name ends in .html,
// otherwise as a folder.
func (p program) writePage(ctx context.Context, out string, force bool) error {
	parts, err := engineFor(ctx, "out")
	if err != nil {
		return err
	}
	if strings.HasSuffix(out, ".html") {
		text, err := parts.File()
		if err != nil {
			return &failure{exitUnfinished, err}
		}
		f, err := create("out", out, force)
		if err != nil {
			return err
		}
		_, err = f.Write(text)
		if err = f.finish(err); err != nil {
			return &failure{exitUnfinished, err}
		}
		_, err = fmt.Fprintf(p.stdout, "%s is written: %s, one file, which opens by double click\n", prose.Safe(out), megabytes(len(text)))
		return err
	}
	files, err := parts.Folder()
	if err != nil {
		return &failure{exitUnfinished, err}
	}
	wrong := func(why string) error { return &quantity.InvalidError{Word: "out", Value: out, Why: why} }
	if some, err := os.ReadDir(out); err == nil && len(some) > 0 && !force {
		return wrong("there is such a folder already, and it is not empty; --force writes into it")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return wrong(reason(err))
	}
	size := 0
	for name, data := range files {
		size += len(data)
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return &failure{exitUnfinished, err}
		}
	}
	_, err = fmt.Fprintf(p.stdout, "%s is written: %s in %d files, for any server of files\n", prose.Safe(out), megabytes(size), len(files))
	return err
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// engineFor returns the engine for a flag. In a clone of the repository it is built;
// elsewhere it is the one that the program carries.
func engineFor(ctx context.Context, flag string) (site.Parts, error) {
	root, ok := clone()
	gobin, err := exec.LookPath("go")
	if !ok || err != nil {
		info, _ := debug.ReadBuildInfo() // nil means no known commit
		if kept, ok := site.Kept(commit(info)); ok {
			return kept, nil
		}
		return site.Parts{}, fmt.Errorf("--%s needs the page's engine: run it in a clone of Stones with Go, or take a release archive", flag)
	}
	dir, err := os.MkdirTemp("", "stones-engine")
	if err != nil {
		return site.Parts{}, &failure{exitUnfinished, err}
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "engine.wasm")
	build := exec.CommandContext(ctx, gobin, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "./cmd/engine")
	build.Dir = root
	build.Env = append(slices.Clone(os.Environ()), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		first, _, _ := strings.Cut(string(bytes.TrimSpace(said)), "\n")
		return site.Parts{}, &failure{exitUnfinished, fmt.Errorf("the page's engine cannot be built: %s", prose.Cut(prose.Safe(first+" "+err.Error()), 200))}
	}
	goroot := exec.CommandContext(ctx, gobin, "env", "GOROOT")
	goroot.Dir = root
	said, err := goroot.Output()
	if err != nil {
		return site.Parts{}, &failure{exitUnfinished, err}
	}
	at := strings.TrimSpace(string(said))
	var engine []byte
	var parts site.Parts
	for _, part := range []struct {
		into *[]byte
		file string
	}{
		{&engine, file},
		{&parts.Exec, filepath.Join(at, "lib", "wasm", "wasm_exec.js")},
	} {
		if *part.into, err = os.ReadFile(part.file); err != nil {
			return site.Parts{}, &failure{exitUnfinished, err}
		}
	}
	if parts.Engine, err = site.Pack(engine); err != nil {
		return site.Parts{}, &failure{exitUnfinished, err}
	}
	list := exec.CommandContext(ctx, gobin, "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./cmd/engine")
	list.Dir, list.Env = root, build.Env
	if said, err = list.Output(); err != nil {
		return site.Parts{}, &failure{exitUnfinished, err}
	}
	parts.Licences = licensesOf(strings.Fields(string(said)))
	return parts, nil
}

// clone is the root of the clone of Stones in whose tree the program runs.
func clone() (root string, ok bool) {
	dir, err := os.Getwd()
	for err == nil {
		mod, notThere := os.ReadFile(filepath.Join(dir, "go.mod"))
		if notThere == nil {
			first, _, _ := bytes.Cut(mod, []byte("\n"))
			return dir, string(bytes.TrimSpace(first)) == "module stones"
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return "", false
}
