package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The snippets for other programs run on results, where these programs are installed.
// They print what was delivered.
func TestData(t *testing.T) {
	t.Parallel()
	needs(t, "bash")
	s := scaled{t, dataFolder(t)}
	installed := map[string]string{ // succeeds where the tool is
		"pandas": `python3 -c "import pandas"`, "Polars": `python3 -c "import polars"`, "R": "Rscript --version", "DuckDB": "duckdb --version",
		"jq": "jq --version", "benchstat": "command -v benchstat", "gnuplot": "gnuplot --version",
	}
	unreached := []string{"Polars", "DuckDB"} // no package of Debian's
	want := map[string]string{                // the seeds are the same everywhere
		"pandas": `tcp +0% +1000\.0\n`, "Polars": `1000\.0`, "R": `1 +tcp +0% +1000(\.0)?\n`, "DuckDB": `1000\.0`,
		"jq": `"udp": 976\.3\n`, "benchstat": `Throw/loss=0% .* 1\.000 .* 1\.000 `, "gnuplot": `940 .*A`,
	}
	for _, f := range txtar.Parse(readers).Files {
		tool, _, _ := strings.Cut(f.Name, ":")
		t.Run(tool, func(t *testing.T) {
			if err := s.bash(installed[tool]).Run(); err != nil {
				if os.Getenv("STONES_PEERS") != "" && !strings.Contains(strings.Join(unreached, " "), tool) {
					t.Fatalf("%s: %v", installed[tool], err)
				}
				t.Skipf("%s: %v", installed[tool], err)
			}
			out, err := s.bash(string(f.Data)).CombinedOutput()
			if err != nil || !regexp.MustCompile(want[tool]).Match(out) {
				t.Errorf("%v: it prints\n%s\nwithout %s", err, out, want[tool])
			}
		})
	}
}

// Each of the readers gets numbers in all measured columns that have a value.
func TestDataNumeric(t *testing.T) {
	t.Parallel()
	s := scaled{t, dataFolder(t)}
	const measured = `
names = list(d.columns)
measured = names[names.index("broken") + 1:names.index("not_thrown_causes")]
assert len(measured) > 40, measured
`
	for tool, script := range map[string]string{
		"pandas": "import pandas as pd\nd = pd.read_csv('results.csv')" + measured +
			"bad = [c for c in measured if d[c].notna().any() and not pd.api.types.is_numeric_dtype(d[c])]",
		"polars": "import polars as pl\nd = pl.read_csv('results.csv', infer_schema_length=None)" + measured +
			"bad = [c for c in measured if d[c].count() > 0 and not d[c].dtype.is_numeric()]",
		"duckdb": "import duckdb\nd = duckdb.read_csv('results.csv', sample_size=-1)" + measured +
			"types = dict(zip(d.columns, d.types))\nbad = [c for c in measured if types[c] == 'VARCHAR' and d.count(c).fetchone()[0] > 0]",
	} {
		t.Run(tool, func(t *testing.T) {
			if err := exec.Command("python3", "-c", "import "+tool).Run(); err != nil {
				if tool == "pandas" && os.Getenv("STONES_PEERS") != "" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			cmd := exec.Command("python3", "-c", script+"\nassert not bad, bad\n")
			cmd.Dir = s.dir
			s.run(cmd)
		})
	}
}

// dataFolder has the files that the text makes.
func dataFolder(t *testing.T) string {
	t.Helper()
	s := withProgram(t)
	made := regexp.MustCompile(`(?m)^  (stones .*)$`).FindAllStringSubmatch(string(txtar.Parse(readers).Comment), -1)
	if len(made) != 3 {
		t.Fatalf("the text has %d commands; want 3", len(made))
	}
	for _, m := range made {
		s.run(s.bash(m[1]))
	}
	return s.dir
}
