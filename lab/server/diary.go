package server

import (
	"encoding/binary"
	"time"

	"stones/lab/control"
)

// A diary keeps arrivals in little memory, in the order in which they came: of each
// only the difference from the one before, as varints of about six bytes in all.
type diary struct {
	pages [][]byte
	last  control.Arrival
	count int
}

// pageLen is how many bytes are allocated at once.
const pageLen = 4 << 10

// add appends an arrival.
func (d *diary) add(a control.Arrival) {
	const most = 3 * binary.MaxVarintLen64
	if n := len(d.pages); n == 0 || len(d.pages[n-1])+most > pageLen {
		d.pages = append(d.pages, make([]byte, 0, pageLen))
	}
	page := &d.pages[len(d.pages)-1]
	*page = binary.AppendVarint(*page, int64(a.Number-d.last.Number))
	*page = binary.AppendVarint(*page, int64(a.At-d.last.At))
	*page = binary.AppendVarint(*page, int64(a.Delay-d.last.Delay))
	d.last = a
	d.count++
}

// mostWritten is how many bytes a flow takes at most: for its stones and their copies,
// or for what is thrown. All times are within the flow's own, which is at most some
// hours.
func mostWritten(p control.Plan) int {
	const each = 4 + 7 + 7 // of numbers and times that are that far apart
	arrivals := p.Count
	if !p.Reverse {
		arrivals += mostCopies * p.Count
	}
	return arrivals*each*pageLen/(pageLen-each) + pageLen + p.Count/8 + 1
}

// size is how many bytes the pages take.
func (d *diary) size() int { return len(d.pages) * pageLen }

// A reader reads a diary from the beginning. More may be added meanwhile.
type reader struct {
	page, at int
	last     control.Arrival
}

// read returns up to len(into) arrivals and how many there were.
func (d *diary) read(r *reader, into []control.Arrival) int {
	for i := range into {
		for r.page < len(d.pages) && r.at == len(d.pages[r.page]) && r.page < len(d.pages)-1 {
			r.page, r.at = r.page+1, 0
		}
		if r.page == len(d.pages) || r.at == len(d.pages[r.page]) {
			return i
		}
		var differs [3]int64
		for j := range differs {
			n := 0
			differs[j], n = binary.Varint(d.pages[r.page][r.at:])
			r.at += n
		}
		r.last.Number += uint64(differs[0])
		r.last.At += time.Duration(differs[1])
		r.last.Delay += time.Duration(differs[2])
		into[i] = r.last
	}
	return len(into)
}
