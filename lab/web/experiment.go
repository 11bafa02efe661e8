package web

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/photo"
	"stones/lab/protocol"
	"stones/lab/quantity"
)

// experiment returns the experiment that a request asks for. It must be on the path sim
// or on one of the real paths, and not too large for a page.
func experiment(r Request, real []string) (lab.Experiment, error) {
	var s knob.Settings
	for _, with := range r.With {
		if protocol.IsProgram(with) {
			return lab.Experiment{}, quantity.Invalid("with", with, "a page runs no programs; allowed are those that are built in")
		}
	}
	for _, list := range r.lists() {
		for _, text := range *list.texts {
			if err := list.add(&s, text); err != nil {
				return lab.Experiment{}, err
			}
		}
	}
	for _, set := range r.Set {
		if set.Word == "file" {
			if err := load(&s, set.Text); err != nil {
				return lab.Experiment{}, err
			}
			continue
		}
		if set.Word == "path" && set.Text != lab.Sim && !slices.Contains(real, set.Text) || set.Word == "to" && !slices.Contains(real, lab.Remote) {
			return lab.Experiment{}, quantity.Invalid(set.Word, set.Text, "this page throws on the path "+strings.Join(append([]string{lab.Sim}, real...), ", "))
		}
		if err := s.Set(set.Word, set.Text); err != nil {
			return lab.Experiment{}, err
		}
	}
	return settled(&s)
}

// A list is a flag that may be given several times.
type list struct {
	word  string
	texts *[]string
	add   func(s *knob.Settings, text string) error
}

// lists returns all of them, in the order in which a command names them.
func lists(flow, with, at, every *[]string) []list {
	return []list{
		{"flow", flow, (*knob.Settings).AddFlow},
		{"with", with, (*knob.Settings).AddOwn},
		{"at", at, (*knob.Settings).AddChange},
		{"every", every, (*knob.Settings).AddCycle},
	}
}

func (r *Request) lists() []list { return lists(&r.Flow, &r.With, &r.At, &r.Every) }

// load has the stones carry the one file that a page can throw.
func load(s *knob.Settings, name string) error {
	if name != photo.Pebbles {
		return quantity.Invalid("file", name, "a page reads no files; allowed "+photo.Pebbles+", which the program draws")
	}
	s.SetFile(photo.DrawPebbles())
	return nil
}

// settled returns the one experiment of the settings.
func settled(s *knob.Settings) (lab.Experiment, error) {
	if k, several := s.Several(); several {
		return lab.Experiment{}, quantity.Invalid(k.Word, s.Text(k.Word), "one value; a page shows one experiment at a time")
	}
	es, err := s.Experiments(1)
	if err != nil {
		return lab.Experiment{}, err
	}
	return bounded(es[0])
}

// bounded returns an experiment that records all that a page shows of it, or an error
// if it is too large.
func bounded(e lab.Experiment) (lab.Experiment, error) {
	stones, carried, most := 0, 0, 0
	for _, f := range e.Flows {
		n, per, byRoad := float64(f.Plan.Count), f.Plan.PerSecond(), false
		if f.Plan.Time > 0 {
			if byRoad = per == 0 && f.Is().Over == lab.TCP && e.Out.Bandwidth > 0; byRoad {
				per = float64(e.Out.Bandwidth) / float64(8*f.Plan.Size)
			}
			if per == 0 {
				return e, quantity.Invalid("time", f.Plan.Time, "needs a --rate on a page, or --count instead")
			}
			n = math.Floor(per * f.Plan.Time.Seconds())
		}
		if most := float64(lasts(e)); per > 0 && 1000*n/per > most {
			return e, quantity.Invalid("rate", f.Plan.Rate, fmt.Sprintf("takes too long; a page throws for at most %.0f min", most/60_000))
		}
		count := int(min(n, lab.MaxCount))
		most = max(most, count)
		if byRoad {
			carried = max(carried, count) // the flows share it
			continue
		}
		stones += count
	}
	if stones > MaxStones {
		return e, quantity.Invalid("count", most, fmt.Sprintf("too many for a page; allowed %d, all flows together", MaxStones))
	}
	if carried > MaxCarried {
		return e, quantity.Invalid("bandwidth", e.Out.Bandwidth, fmt.Sprintf("carries too many stones for a page in that --time; allowed %d", MaxCarried))
	}
	e.PerStone, e.Packets = true, most <= MaxPackets && lab.ItsPackets.Met(e.Path)
	return e, nil
}

// lasts is how long a plan may take, in ms.
func lasts(e lab.Experiment) int {
	if e.Path != lab.Sim {
		return maxReal
	}
	return maxLasts
}

// command returns the command line that throws the same.
func command(r Request) string {
	words := []string{"stones", "throw"}
	for _, s := range r.Set {
		k, _ := knob.Find(s.Word) // the zero Knob for a file
		if k.Switch {
			words = append(words, "--"+s.Word+"="+s.Text)
			continue
		}
		words = append(words, "--"+s.Word, shell(s.Text))
	}
	for _, list := range r.lists() {
		for _, text := range *list.texts {
			words = append(words, "--"+list.word, shell(text))
		}
	}
	return strings.Join(words, " ")
}

// shell quotes a word for a shell.
func shell(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:%-_/=") == "" && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
