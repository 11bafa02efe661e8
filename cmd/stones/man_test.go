package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// manPages is the folder in which to keep the man pages.
var manPages = flag.String("man", "", "keep the man pages in this folder")

// Every command has a man page, which man reads without a warning, with every flag and
// help text that --help shows.
func TestManPages(t *testing.T) {
	t.Parallel()
	dir := *manPages
	if dir == "" {
		dir = t.TempDir()
	}
	root := program{}.newRoot()
	root.DisableAutoGenTag = true
	flags := make(map[string]map[string]string) // the help text of each flag, by page
	values := make(map[string]string)           // the placeholder of each flag's value
	var all func(cmd *cobra.Command)
	all = func(cmd *cobra.Command) {
		said := make(map[string]string)
		flags[strings.ReplaceAll(cmd.CommandPath(), " ", "-")] = said
		cmd.InitDefaultHelpFlag()
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			value, usage := pflag.UnquoteUsage(f)
			if f.NoOptDefVal == "" && f.DefValue != "" {
				usage += " (default " + f.DefValue + ")"
			}
			if f.NoOptDefVal == "" && value != "" {
				values["--"+f.Name] = value
			}
			if f.Usage = plainMarkdown(usage); !f.Hidden {
				said[f.Name] = usage
			}
		})
		cmd.Long = plainMarkdown(cmd.Long)
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				all(c)
			}
		}
	}
	all(root)
	when := built(t)
	if err := doc.GenManTree(root, &doc.GenManHeader{Source: "stones " + version, Manual: "Stones", Date: &when}, dir); err != nil {
		t.Fatal(err)
	}
	man, missing := exec.LookPath("man")
	for page, said := range flags {
		file := filepath.Join(dir, page+".1")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = named(text, values)
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
		if missing == nil {
			checkMan(t, man, file)
		}
		for name, usage := range said {
			if got := words(string(text)); !strings.Contains(got, "--"+name+" ") || !strings.Contains(got, words(usage)) {
				t.Errorf("%s.1 does not say of --%s %q", page, name, usage)
			}
		}
	}
	if missing != nil {
		t.Skip("not read with man: ", missing)
	}
}

// named is a page with the placeholders of values, in place of the defaults that the
// library writes.
func named(page []byte, values map[string]string) []byte {
	return regexp.MustCompile(`(?m)^\\fB-.*\\fP(\[=.*\]|=.*)$`).ReplaceAllFunc(page, func(line []byte) []byte {
		head, _, _ := bytes.Cut(line, []byte(`\fP[=`))
		head, _, _ = bytes.Cut(head, []byte(`\fP=`))
		head = append(bytes.Clone(head), `\fP`...)
		name := string(head[bytes.LastIndex(head, []byte("--")):])
		if value := values[strings.TrimSuffix(name, `\fP`)]; value != "" {
			head = append(head, ` \fI`+value+`\fP`...)
		}
		return head
	})
}

// checkMan has man read a page.
func checkMan(t *testing.T, man, file string) {
	t.Helper()
	cmd := exec.Command(man, "--warnings", "-l", "-Tutf8", file)
	cmd.Env = append(os.Environ(), "MANPAGER=cat", "MANWIDTH=80", "LC_ALL=C.UTF-8")
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 || !strings.Contains(regexp.MustCompile(".\x08").ReplaceAllString(out.String(), ""), "SYNOPSIS") {
		t.Errorf("man -l %s: %v: %s", filepath.Base(file), err, &complaints)
	}
}

// plainMarkdown escapes text for Markdown.
func plainMarkdown(text string) string {
	return regexp.MustCompile("[\\\\*_`<>\\[\\]#|]").ReplaceAllString(text, `\$0`)
}

// words are the words of text, without punctuation.
func words(text string) string {
	text = regexp.MustCompile(`\\f[A-Z]|\\&|\x60`).ReplaceAllString(text, "")
	text = strings.NewReplacer(`\\`, `\`, `\-`, "-", `\(aq`, "'", `\(ga`, "", `\(ha`, "^", `\(ti`, "~", `\e`, `\`).Replace(text)
	return strings.Join(strings.Fields(strings.ReplaceAll(text, `\ `, " ")), " ")
}

// built is the date on the pages.
func built(t *testing.T) time.Time {
	t.Helper()
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return time.Unix(0, 0).UTC()
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		t.Fatalf("SOURCE_DATE_EPOCH: %v", err)
	}
	return time.Unix(seconds, 0).UTC()
}
