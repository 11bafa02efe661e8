package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"
)

// A scaled is a folder in which a snippet runs its sweep, made shorter.
type scaled struct {
	*testing.T
	dir string
}

// withProgram makes the folder, with the program in it.
func withProgram(t *testing.T) scaled {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	s := scaled{t, t.TempDir()}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(s.dir, "stones"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return s
}

// newScaled is such a folder with the sweep in one piece.
func newScaled(t *testing.T) scaled {
	t.Helper()
	s := withProgram(t)
	s.run(s.bash(s.short(`stones throw --loss 0%,1%,2%,5% --runs 1000 --out whole.jsonl`)))
	return s
}

// short is a snippet with fewer runs, of fewer stones.
func (s scaled) short(snippet string) string {
	s.Helper()
	if !strings.Contains(snippet, "--loss 0%,1%,2%,5% --runs 1000") {
		s.Fatalf("another sweep: %s", snippet)
	}
	return strings.ReplaceAll(snippet, "--runs 1000", "--runs 20 --count 100")
}

// bash is the command that runs a script, which finds the program.
func (s scaled) bash(script string, env ...string) *exec.Cmd {
	cmd := exec.Command("bash", "-euc", script)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), append(env, "PATH="+s.dir+string(os.PathListSeparator)+os.Getenv("PATH"))...)
	return cmd
}

func (s scaled) run(cmd *exec.Cmd) {
	s.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

// wantWhole expects that the parts together are the whole.
func (s scaled) wantWhole() {
	s.Helper()
	s.run(s.bash("stones report part-*.jsonl --out all.jsonl"))
	all, err := os.ReadFile(filepath.Join(s.dir, "all.jsonl"))
	whole, errWhole := os.ReadFile(filepath.Join(s.dir, "whole.jsonl"))
	if err != nil || errWhole != nil || len(whole) == 0 || !bytes.Equal(all, whole) {
		s.Errorf("%v, %v: the parts have %d bytes, and the whole %d others", err, errWhole, len(all), len(whole))
	}
}

// snippet is the snippet for an engine.
func snippet(t *testing.T, engine string) string {
	t.Helper()
	for _, f := range txtar.Parse(scale).Files {
		if strings.HasPrefix(f.Name, engine) {
			return string(f.Data)
		}
	}
	t.Fatalf("no snippet for %s", engine)
	return ""
}

func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("STONES_PEERS") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// With GNU parallel, killed in the middle and started again.
func TestScaleParallel(t *testing.T) {
	t.Parallel()
	needs(t, "bash")
	needs(t, "parallel")
	s := newScaled(t)
	script := s.short(snippet(t, "GNU parallel"))
	cmd := s.bash("exec setsid bash -c '" + strings.ReplaceAll(script, "'", `'\''`) + "' & echo $! > pid; wait")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	begun := func() bool {
		info, err := os.Stat(filepath.Join(s.dir, "part-3.jsonl"))
		return err == nil && info.Size() > 0
	}
	for range 500 {
		if begun() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.run(s.bash("kill -9 -- -$(cat pid)"))
	_ = cmd.Wait()
	if parts, _ := filepath.Glob(filepath.Join(s.dir, "part-*.jsonl")); len(parts) == 16 && begun() {
		t.Log("all had begun when they were killed")
	}
	s.run(s.bash(script))
	s.wantWhole()
}

// With Slurm, which gives each job its number, from 0.
func TestScaleSlurm(t *testing.T) {
	inFull(t)
	t.Parallel()
	needs(t, "bash")
	s := newScaled(t)
	script := s.short(snippet(t, "Slurm"))
	first, last := 0, 0
	if _, err := fmt.Sscanf(regexp.MustCompile(`#SBATCH --array=.*`).FindString(script), "#SBATCH --array=%d-%d", &first, &last); err != nil || last-first+1 != 16 {
		t.Fatalf("the array is of %d to %d: %v", first, last, err)
	}
	file := filepath.Join(s.dir, "job.sh")
	if err := os.WriteFile(file, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	s.run(s.bash("bash -n job.sh"))
	for i := first; i <= last; i++ {
		s.run(s.bash("bash job.sh", fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", i)))
	}
	s.wantWhole()
}

// A job has the fields of a batch/v1 Job that the snippet for Kubernetes uses; others
// are rejected.
type job struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		CompletionMode string `yaml:"completionMode"`
		Completions    int
		Parallelism    int
		Template       struct {
			Spec struct {
				RestartPolicy string `yaml:"restartPolicy"`
				Containers    []struct {
					Name, Image   string
					Command, Args []string
					VolumeMounts  []struct {
						Name      string
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
				Volumes []struct {
					Name                  string
					PersistentVolumeClaim struct {
						ClaimName string `yaml:"claimName"`
					} `yaml:"persistentVolumeClaim"`
				}
			}
		}
	}
}

// With Kubernetes, which gives each pod its number, from 0.
func TestScaleKubernetes(t *testing.T) {
	inFull(t)
	t.Parallel()
	needs(t, "sh")
	var j job
	strictly(t, snippet(t, "Kubernetes"), &j)
	pod := j.Spec.Template.Spec
	if j.APIVersion != "batch/v1" || j.Kind != "Job" || j.Spec.CompletionMode != "Indexed" || j.Spec.Completions != 16 || pod.RestartPolicy != "OnFailure" {
		t.Errorf("not an indexed job of 16 that may begin again: %+v", j)
	}
	c := pod.Containers[0]
	if !slices.Equal(c.Command, []string{"sh", "-c"}) || len(c.Args) != 1 || c.VolumeMounts[0].MountPath != "/parts" || c.VolumeMounts[0].Name != pod.Volumes[0].Name {
		t.Fatalf("not a shell's command with a volume: %+v", c)
	}
	s := newScaled(t)
	script := strings.ReplaceAll(s.short(c.Args[0]), "/parts/", "./")
	for i := range j.Spec.Completions {
		cmd := s.bash("", fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i))
		shell := exec.Command(c.Command[0], c.Command[1], script)
		shell.Dir, shell.Env = cmd.Dir, cmd.Env
		s.run(shell)
	}
	s.wantWhole()
}

// With a matrix of GitHub Actions.
func TestScaleGitHub(t *testing.T) {
	inFull(t)
	t.Parallel()
	needs(t, "bash")
	var flow struct {
		On   string
		Jobs map[string]struct {
			RunsOn   string `yaml:"runs-on"`
			Strategy struct{ Matrix struct{ Part []int } }
			Steps    []struct {
				Uses, Run string
				With      map[string]string
			}
		}
	}
	strictly(t, snippet(t, "GitHub"), &flow)
	s := newScaled(t)
	part := flow.Jobs["part"]
	for _, n := range part.Strategy.Matrix.Part {
		for _, step := range part.Steps {
			if strings.HasPrefix(step.Run, "stones") {
				s.run(s.bash(strings.ReplaceAll(s.short(step.Run), "${{ matrix.part }}", fmt.Sprint(n))))
			}
		}
	}
	s.wantWhole()
}

// strictly reads YAML that has nothing but what v has.
func strictly(t *testing.T, text string, v any) {
	t.Helper()
	in := yaml.NewDecoder(strings.NewReader(text))
	in.KnownFields(true)
	if err := in.Decode(v); err != nil {
		t.Fatal(err)
	}
}
