package tally

import (
	"bytes"
	"encoding/binary"
	"iter"
	"time"
)

// blockLen is how many times a timeline reads at most to find one.
const blockLen = 256

// A timeline holds times that rise. It is made for times that follow one
// another closely: it takes 2 bytes for a time within 16 µs of the one before, 3
// bytes within 2 ms, 4 bytes within 268 ms. (One that falls takes 10.)
type timeline struct {
	full []block
	open block // not yet full
	len  int
	last time.Duration
}

// A block is the differences of up to blockLen times, each to the one before,
// as varints. start is the time before its first.
type block struct {
	start time.Duration
	gaps  []byte
}

func (l *timeline) add(at time.Duration) {
	if l.len > 0 && l.len%blockLen == 0 {
		l.full = append(l.full, block{l.open.start, bytes.Clone(l.open.gaps)})
		l.open = block{l.last, l.open.gaps[:0]}
	}
	l.open.gaps = binary.AppendUvarint(l.open.gaps, uint64(at-l.last))
	l.last = at
	l.len++
}

// at returns the time that was added as number i, from 0.
func (l *timeline) at(i int) time.Duration {
	b := l.open
	if i/blockLen < len(l.full) {
		b = l.full[i/blockLen]
	}
	skip := i % blockLen
	for at := range b.all() {
		if skip == 0 {
			return at
		}
		skip--
	}
	panic("tally: no such time")
}

// all yields the times in the order they were added.
func (l *timeline) all() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for _, b := range l.full {
			for at := range b.all() {
				if !yield(at) {
					return
				}
			}
		}
		l.open.all()(yield)
	}
}

func (b block) all() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		at := b.start
		for gaps := b.gaps; len(gaps) > 0; {
			gap, n := binary.Uvarint(gaps)
			at, gaps = at+time.Duration(gap), gaps[n:]
			if !yield(at) {
				return
			}
		}
	}
}
