package main

import (
	"bytes"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

// The version names the commit from which the program was built, if that is known.
func TestVersion(t *testing.T) {
	settings := func(words ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{}
		for i := 0; i < len(words); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: words[i], Value: words[i+1]})
		}
		return info
	}
	for _, tt := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "unknown, not built in a clone"},
		{settings(), "unknown, not built in a clone"},
		{settings("vcs.revision", "81282c6", "vcs.modified", "false"), "81282c6"},
		{settings("vcs.revision", "81282c6", "vcs.modified", "true"), "81282c6, and changes that are in none"},
	} {
		if got := commit(tt.info); got != tt.want {
			t.Errorf("commit(%+v) = %q; want %q", tt.info, got, tt.want)
		}
	}
}

// The licences of all linked modules, and of Go, are printed.
func TestLicenses(t *testing.T) {
	var out bytes.Buffer
	if code := (program{stdout: &out, stderr: &out}).exec(t.Context(), []string{"--licenses"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, &out)
	}
	list, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if .Version}}{{.Path}} {{.Version}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := append(strings.Fields(strings.ReplaceAll(string(list), " ", "@")), "Go,@its@library@and@runtime")
	if len(modules) < 10 {
		t.Fatalf("go list says that only %d modules are linked", len(modules))
	}
	for _, module := range modules {
		_, text, found := strings.Cut(out.String(), "================ "+strings.ReplaceAll(module, "@", " ")+"\n")
		text, _, _ = strings.Cut(text, "================ ")
		if !found || len(text) < 500 {
			t.Errorf("%s is linked, and its licence is not printed; run .ci/licenses", module)
		}
	}
}
