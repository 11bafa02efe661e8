package knob_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
)

// home is a path that meets the knob's needs.
func home(t *testing.T, k knob.Knob) string {
	t.Helper()
	for _, path := range []string{lab.Sim, lab.Remote, lab.Host} {
		if k.Needs.Met(path) {
			return path
		}
	}
	t.Fatalf("--%s: no path has what it needs", k.Word)
	return ""
}

// start is an experiment with everything that the knob sets.
func start(t *testing.T, k knob.Knob) lab.Experiment {
	t.Helper()
	e := knob.Start(home(t, k))
	if over, _ := k.Variant.Split(); over == lab.Own {
		e.Flows = append(e.Flows, lab.Flow{Name: "mine", Transport: lab.Own, Own: "mine"})
	}
	return e
}

// at returns the value in the JSON of e at a JSON pointer (RFC 6901).
func at(t *testing.T, e lab.Experiment, pointer string) (value any, ok bool) {
	t.Helper()
	data, err := document.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	for key := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if list, isList := value.([]any); isList {
			n, err := strconv.Atoi(key)
			if err != nil || n >= len(list) {
				return nil, false
			}
			value = list[n]
			continue
		}
		object, isObject := value.(map[string]any)
		if !isObject {
			return nil, false
		}
		if value, ok = object[key]; !ok {
			return nil, false
		}
	}
	return value, true
}

// Every knob reads what it writes, writes what it reads, and stands in the JSON
// where it says.
func TestEveryKnob(t *testing.T) {
	for _, k := range knob.All() {
		t.Run(k.Word, func(t *testing.T) {
			before, after := start(t, k), start(t, k)
			if err := k.Set(&after, k.Example); err != nil {
				t.Fatal(err)
			}
			text := k.Text(after)
			if text == k.Text(before) && k.Word != "ipv4" {
				t.Errorf("%q changes nothing", k.Example)
			}
			again := start(t, k)
			if text != "" {
				if err := k.Set(&again, text); err != nil {
					t.Fatalf("it does not read what it writes: %v", err)
				}
			}
			if got := k.Text(again); got != text {
				t.Errorf("it writes %q, reads that, and writes %q", text, got)
			}
			places := k.Places(after)
			if len(places) == 0 {
				t.Fatal("it stands nowhere in the JSON")
			}
			for _, place := range places {
				if _, ok := at(t, after, place); !ok && text != "" && text != "false" && k.Word != "ipv4" {
					t.Errorf("nothing stands at %s", place)
				}
			}
		})
	}
}

// A word and a letter have one meaning.
func TestOneMeaning(t *testing.T) {
	seen := make(map[string]bool)
	for _, k := range knob.All() {
		for _, name := range []string{k.Word, k.Letter} {
			if name != "" && seen[name] {
				t.Errorf("%q stands for two knobs", name)
			}
			seen[name] = true
		}
		if _, ok := knob.Find(k.Base); !ok {
			t.Errorf("--%s is a variant of %q, which is no knob", k.Word, k.Base)
		}
	}
}

// An error of flags that cannot be combined names them as they were given.
func TestConflicts(t *testing.T) {
	for _, tt := range []struct {
		settings []string // word and value
		want     string
	}{
		{[]string{"count", "5", "time", "1s"}, "--count cannot be combined with --time: each says when to stop"},
		{[]string{"path", "host", "loss", "1%"}, `--loss cannot be combined with --path "host": nothing is emulated there`},
		{[]string{"to", "192.0.2.7", "packets", "true"}, "--packets cannot be combined with --to: nobody sees the packets on the way"},
		{[]string{"only", "udp", "congestion", "cubic"}, `--congestion cannot be combined with --only "udp": nothing goes over TCP`},
		{[]string{"only", "udp", "tcp-drop-packets-back", "1"}, `--tcp-drop-packets-back cannot be combined with --only "udp": nothing goes over TCP`},
		{[]string{"only", "tcp", "own-drop-packets", "1"}, `--own-drop-packets cannot be combined with --only "tcp": no flow has a protocol of its own`},
		{[]string{"own-drop-packets-back", "1"}, `own-drop-packets-back "1": needs --with, which says with what protocol to throw`},
		{[]string{"path", "host", "udp-drop-packets", "1"}, `--udp-drop-packets cannot be combined with --path "host": nothing is emulated there`},
		{[]string{"tls", "true"}, "--tls needs --to: here both ends are this computer"},
		{[]string{"path", "remote"}, `--path "remote" needs --to, which says where the catcher is, e.g. --to 192.0.2.7`},
	} {
		var s knob.Settings
		for i := 0; i < len(tt.settings); i += 2 {
			if err := s.Set(tt.settings[i], tt.settings[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Experiments(1); err == nil || err.Error() != tt.want {
			t.Errorf("%q:\ngot  %v\nwant %s", tt.settings, err, tt.want)
		}
	}
}

// Packets dropped by their place in a flow are set for that flow; a single flow can
// have its own.
func TestFlowsLosePackets(t *testing.T) {
	var s knob.Settings
	for _, err := range []error{s.Set("tcp-drop-packets", "1,4-6"), s.Set("udp-drop-packets-back", "2"), s.AddFlow("tcp name=a"), s.AddFlow("tcp name=b drop-packets=7 drop-packets-back=1,3"), s.AddFlow("udp")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range es[0].Flows {
		got = append(got, fmt.Sprintf("%s out %v back %v", f.Name, []uint64(f.DropPackets), []uint64(f.DropPacketsBack)))
	}
	if want := "a out [1 4 5 6] back []; b out [7] back [1 3]; udp out [] back [2]"; strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
	for _, tt := range []struct{ text, want string }{
		{"tcp drop-packets=0", `flow "tcp drop-packets=0": drop-packets "0": out of range; allowed 1 to 100000000`},
		{"tcp drop-packets=3,", `flow "tcp drop-packets=3,": drop-packets "3,": not a whole number; allowed 1 to 100000000`},
		{"tcp drop-packets-back=5-3", `flow "tcp drop-packets-back=5-3": drop-packets-back "5-3": ends before it begins; write the lower number first`},
	} {
		if err := new(knob.Settings).AddFlow(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("%s:\ngot  %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

// experiments returns those of the settings, each a word and its text, with so many
// runs.
func experiments(t *testing.T, runs int, settings ...string) []lab.Experiment {
	t.Helper()
	var s knob.Settings
	for i := 0; i < len(settings); i += 2 {
		if err := s.Set(settings[i], settings[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(runs)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

// Values with commas make a sweep: the knob that comes last in the table turns
// fastest, and the seed faster still.
func TestSweep(t *testing.T) {
	es := experiments(t, 2, "loss", "0%,1%", "rate", "100,200")
	rate, _ := knob.Find("rate")
	loss, _ := knob.Find("loss")
	var got []string
	for _, e := range es {
		got = append(got, rate.Text(e)+" "+loss.Text(e))
		if want := uint64(1 + (len(got)-1)%2); e.Seed != want {
			t.Errorf("experiment %d has seed %d, want %d", len(got), e.Seed, want)
		}
	}
	want := "100/s 0%|100/s 0%|100/s 1%|100/s 1%|200/s 0%|200/s 0%|200/s 1%|200/s 1%"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

// Every flow or change is read or rejected, and what is read can be run.
func FuzzFlowsAndChanges(f *testing.F) {
	for _, text := range []string{"tcp rate=max start=0-100ms", "udp count=5 size=100 name=a-1", "5s:loss=1%", "1s:queue=300:codel target=5ms", "0:delay-back=1ms", "15s:delay=30ms 60ms", "@lte-car", "@5 0x2 1x100"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s knob.Settings
		if s.AddFlow(text) != nil && s.AddChange(text) != nil && s.AddCycle(text) != nil && s.Set("bandwidth", text) != nil {
			return
		}
		es, err := s.Experiments(1)
		if err != nil {
			return
		}
		data, err := document.Marshal(lab.Document{Version: "1.0.0", Results: []lab.Result{{Experiment: es[0]}}})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := document.Experiments(bytes.NewReader(data)); err != nil || !reflect.DeepEqual(again[0], es[0]) {
			t.Errorf("%q: %v\nwritten %+v\nread    %+v", text, err, es[0], again)
		}
	})
}

// An experiment is rejected exactly where its path does not meet the needs of one of
// its knobs, whether it is read from a file or set by knobs.
func TestNeeds(t *testing.T) {
	bound := 0
	apart := []string{"path", "to", "only", "time", "start", "parallel"} // they say which path, need another knob, or are about how flows share it
	for _, k := range knob.All() {
		if over, _ := k.Variant.Split(); over == lab.Own || slices.Contains(apart, k.Base) || slices.Contains(apart, k.Word) {
			continue
		}
		for _, path := range []string{lab.Sim, lab.Host, lab.Netns, lab.Remote} {
			e := knob.Start(path)
			if path == lab.Remote {
				e.To = "192.0.2.7"
			}
			if err := k.Set(&e, k.Example); err != nil {
				t.Fatal(err)
			}
			err := e.Validate()
			switch met := k.Needs.Met(path); {
			case !met && err == nil:
				t.Errorf("--%s needs what the path %s has not, and the experiment is valid", k.Word, path)
			case met && err != nil:
				t.Errorf("--%s needs nothing that the path %s has not, and the experiment is refused: %v", k.Word, path, err)
			case !met:
				bound++
				if knob.Unmet(k.Needs, path) == "" {
					t.Errorf("--%s on the path %s: nothing says why not", k.Word, path)
				}
			}
		}
	}
	if bound < 60 {
		t.Errorf("%d times a path has not what a knob needs; want 60 or more", bound)
	}
}
