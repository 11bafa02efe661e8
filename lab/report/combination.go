package report

import (
	"slices"

	"stones/lab"
)

// experiment returns the first experiment of the first combination.
func (c combination) experiment() *lab.Experiment { return &c.first.Experiment }

// title is the flow's name, with a mark if it is partial or breaks a law.
func (s series) title() string {
	text := title(s.name)
	if s.has(markPartial) {
		text += " (" + partialWord + ")"
	}
	if s.has(markBroken) {
		text += " (" + brokenWord + ")"
	}
	return text
}

// story gathers the counts for the sentence about the series.
func (s series) story() story {
	count := func(key string) between {
		m := find(key)
		n := int(s.figure(m, 0).Value) // 0 where it is unknown
		b := between{n, n}
		for f := range s.of(m) {
			n := int(f.Value)
			b = between{min(b.least, n), max(b.most, n)}
		}
		return b
	}
	told := story{
		flow:       s.name,
		unit:       "segment",
		planned:    count("planned"),
		thrown:     count("thrown"),
		delivered:  count("delivered"),
		lost:       count("lost"),
		unknown:    count("unknown"),
		heldUp:     count("held_up"),
		reordered:  count("reordered"),
		duplicated: count("duplicated"),
		dropped:    count("receiver_drops"),
		sentAgain:  count("retransmitted"),
		notThrown:  count("not_thrown"),
	}
	if s.begins(markOwn) {
		told.unit = "datagram"
	}
	least, most := find("delay_min_ms"), find("delay_max_ms")
	for run := range s.rows {
		told.worst = max(told.worst, s.figure(most, run).Value-s.figure(least, run).Value)
	}
	for _, c := range s.gist.causes.list {
		if c.flow == s.name {
			told.causes = append(told.causes, c.why)
		}
	}
	slices.Sort(told.causes)
	return told
}
