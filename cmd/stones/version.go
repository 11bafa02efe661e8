package main

import (
	_ "embed"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"stones/lab/stack"
)

// licenses are the licence texts of all linked modules, which .ci/licenses writes.
//
//go:embed licenses.txt
var licenses string

// licenseTitle marks the beginning of the licence texts of one module.
const licenseTitle = "================ "

// licensesOf returns the licence texts of Go, which come first, and of those modules.
func licensesOf(modules []string) string {
	sections := strings.Split(licenses, licenseTitle)[1:]
	var kept strings.Builder
	for i, section := range sections {
		module, _, _ := strings.Cut(section, " ")
		if i == 0 || slices.Contains(modules, module) {
			kept.WriteString(licenseTitle + section)
		}
	}
	return kept.String()
}

// versionText identifies the program, as far as it makes a difference to results.
func versionText(info *debug.BuildInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "stones %s\n", version)
	fmt.Fprintf(&b, "commit %s\n", commit(info))
	fmt.Fprintf(&b, "go     %s %s/%s\n", strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "stack  %s %s\n", stack.Name, stack.Version)
	return b.String()
}

// commit is the commit from which the program was built.
func commit(info *debug.BuildInfo) string {
	hash, changed := "", ""
	if info != nil {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				hash = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = ", and changes that are in none"
			}
		}
	}
	if hash == "" {
		return "unknown, not built in a clone"
	}
	return hash + changed
}
