package sim

import "time"

// arrivals notes when what can be read from an endpoint came. A program goes on a little
// after it is woken, and may then read what came meanwhile. What counts is when it could
// have read it.
type arrivals struct {
	marks []mark
	read  int64 // bytes of a stream, or datagrams, that were read
}

// A mark says when something came.
type mark struct {
	end int64 // how much had come in all by then
	at  time.Duration
}

// note notes that waiting bytes or datagrams can be read now.
func (a *arrivals) note(waiting int, now time.Duration) {
	end := a.read + int64(waiting)
	if last := len(a.marks) - 1; waiting > 0 && (last < 0 || a.marks[last].end < end) {
		a.marks = append(a.marks, mark{end, now})
	}
}

// take notes that n more were read, and returns when the last of them came.
func (a *arrivals) take(n int) (at time.Duration) {
	a.read += int64(n)
	read := 0
	for _, m := range a.marks {
		at = m.at
		if m.end > a.read {
			break
		}
		read++
		if m.end == a.read {
			break
		}
	}
	a.marks = append(a.marks[:0], a.marks[read:]...)
	return at
}

// A doorway is where an endpoint reads: its network and its own port.
type doorway struct {
	network string
	port    uint16
}

// given notes that the current process has read at a doorway what came at a time. A
// process that was sleeping then could read it only when it woke up.
func (d *driver) given(through doorway, at time.Duration) {
	if d.arrived == nil {
		d.arrived = make(map[doorway]time.Duration)
	}
	if d.current != nil {
		at = max(at, d.current.slept)
	}
	d.arrived[through] = at
}
