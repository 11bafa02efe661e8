package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
)

// A series is what came of one flow under the same parameters, one outcome for
// each seed.
type series struct {
	name  string
	flows []*lab.Outcome
}

// is is what is known of the series' transport.
func (s series) is() lab.Transport { return s.flows[0].Is() }

// A combination is results that differ in nothing but the seed.
type combination struct {
	results []lab.Result
	series  []series // in the order in which they come
}

// combine sorts results into combinations, in the order in which they come.
func combine(results []lab.Result) []combination {
	var combinations []combination
	known, all := make(map[string]int), parameters()
	for _, r := range results {
		key := keyOf(&r.Experiment, all)
		i, ok := known[key]
		if !ok {
			i = len(combinations)
			known[key] = i
			combinations = append(combinations, combination{})
		}
		combinations[i].add(r)
	}
	return combinations
}

// keyOf is equal for experiments that differ in nothing but the seed.
func keyOf(e *lab.Experiment, all []parameter) string {
	var key strings.Builder
	for _, f := range e.Flows {
		key.WriteString(strconv.Quote(f.Name) + strconv.Quote(f.Transport))
		for _, p := range all {
			key.WriteString(strconv.Quote(p.of(e, f.Name)))
		}
	}
	return key.String()
}

// add adds a result to the combination.
func (c *combination) add(r lab.Result) {
	c.results = append(c.results, r)
	for i := range r.Flows {
		x := &r.Flows[i]
		at := slices.IndexFunc(c.series, func(s series) bool { return s.name == x.Name })
		if at < 0 {
			at = len(c.series)
			c.series = append(c.series, series{name: x.Name})
		}
		c.series[at].flows = append(c.series[at].flows, x)
	}
}

// experiment is that of the combination, with the first seed.
func (c combination) experiment() *lab.Experiment { return &c.results[0].Experiment }

// title is the flow's name, with a mark if something went wrong.
func (s series) title() string {
	text := title(s.name)
	if slices.ContainsFunc(s.flows, func(x *lab.Outcome) bool { return !x.Complete }) {
		text += " (" + partialWord + ")"
	}
	if slices.ContainsFunc(s.flows, func(x *lab.Outcome) bool { return x.Broken != "" }) {
		text += " (" + brokenWord + ")"
	}
	return text
}

// story gathers what happened in the series.
func (s series) story() story {
	count := func(of func(x *lab.Outcome) lab.Figure) between {
		var b between
		for i, x := range s.flows {
			f := of(x)
			n := int(f.Value) // 0 where nobody knows
			if i == 0 {
				b = between{n, n}
			}
			b = between{min(b.least, n), max(b.most, n)}
		}
		return b
	}
	told := story{
		flow:       s.name,
		unit:       "segment",
		planned:    count(find("planned").of),
		thrown:     count(thrown),
		delivered:  count(delivered),
		lost:       count(find("lost").of),
		unknown:    count(find("unknown").of),
		heldUp:     count(find("held_up").of),
		reordered:  count(find("reordered").of),
		duplicated: count(find("duplicated").of),
		dropped:    count(find("receiver_drops").of),
		sentAgain:  count(find("retransmitted").of),
		notThrown:  count(find("not_thrown").of),
	}
	if s.flows[0].Transport == lab.Own {
		told.unit = "datagram"
	}
	for _, x := range s.flows {
		told.causes = append(told.causes, slices.Collect(maps.Keys(x.NotThrown))...)
		told.worst = max(told.worst, x.Delay.Max.Value-x.Delay.Min.Value)
	}
	slices.Sort(told.causes)
	told.causes = slices.Compact(told.causes)
	return told
}
