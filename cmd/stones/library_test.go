package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// libraryUse is a program outside this module that runs an experiment.
const libraryUse = `package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/report"
	"stones/lab/run"
	"stones/lab/worlds"
)

func main() {
	e := knob.Start(lab.Sim)
	e.Seed = 7
	for i := range e.Flows {
		e.Flows[i].Plan.Count = 100
	}
	r, err := run.Run(context.Background(), e, worlds.Sim(nil))
	if err != nil {
		log.Fatal(err)
	}
	for _, x := range r.Flows {
		fmt.Println(x.Name, x.Thrown, x.Delivered+x.Lost)
	}
	doc := lab.Document{Version: lab.Version, Results: []lab.Result{r}}
	if err := report.JSON(os.Stdout, doc, report.View{}); err != nil {
		log.Fatal(err)
	}
}
`

// Other modules can use the lab as a library, with the same results as the program.
func TestLibraryFromAnotherModule(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds a program")
	}
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(top, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.go": libraryUse,
		"go.sum":  string(sums),
		"go.mod":  "module example.org/mine\n\ngo 1.26\n\nrequire stones v0.0.0\n\nreplace stones => " + top + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var printed string
	for _, args := range [][]string{{"vet", "-mod=mod", "./..."}, {"run", "-mod=mod", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
		var out, complaints strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &complaints
		if err := cmd.Run(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, complaints.String())
		}
		printed = out.String()
	}
	var thrown strings.Builder
	if code := (program{stdin: strings.NewReader(""), stdout: &thrown, stderr: &thrown, run: runAll}).exec(t.Context(), []string{"throw", "--seed", "7", "--count", "100", "-J"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, thrown.String())
	}
	want := "tcp 100 100\nudp 100 100\n" + thrown.String()
	if printed != want {
		t.Errorf("the library gives\n%.300s\nthe program\n%.300s", printed, want)
	}
}
