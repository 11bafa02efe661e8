package netns

import (
	"stones/lab/path"
	"stones/lab/quantity"
)

// lateness sums up how much later than the wires' models packets came out.
func lateness(ferries ...*ferry) path.Lateness {
	var late quantity.Histogram
	for _, f := range ferries {
		late.Join(&f.late)
	}
	return path.Lateness{Packets: late.Len(), P50: late.Percentile(50), P99: late.Percentile(99), Max: late.Most()}
}
