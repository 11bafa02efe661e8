package control

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// How long what a stranger sends must be at least, in bytes: no shorter than
// what it gets for it, so that nobody is hit with more than was thrown.
const (
	HelloLen = 128
	KnockLen = 64
)

// A Datagram is one that carries a word rather than a stone.
type Datagram struct {
	Word   DatagramWord
	Flow   uint32  // of Knock and Open
	Cookie [8]byte // of Open and Cookie
	Tag    [8]byte // of Open: of all that stands before it, see [Datagram.Signed]
}

// A DatagramWord is what a datagram says.
type DatagramWord uint8

// The words.
const (
	None   DatagramWord = iota // no word of ours
	Hello                      // to the server: greet me
	Knock                      // to the server: I wait here for a flow's stones
	Cookie                     // from the server: then say this
	Open                       // to the server: I heard it, so throw
)

// Append appends the datagram's bytes to b, with the padding it needs.
func (d Datagram) Append(b []byte) []byte {
	start := len(b)
	switch d.Word {
	case None:
	case Hello:
		return pad(append(b, "hello"...), start+HelloLen)
	case Knock:
		b = strconv.AppendUint(append(b, "knock "...), uint64(d.Flow), 10)
		return pad(b, start+KnockLen)
	case Cookie:
		return hex.AppendEncode(append(b, "cookie "...), d.Cookie[:])
	case Open:
		return hex.AppendEncode(append(d.Signed(b), ' '), d.Tag[:])
	}
	return b
}

// Signed appends to b what the tag of an [Open] is made of.
func (d Datagram) Signed(b []byte) []byte {
	b = strconv.AppendUint(append(b, "open "...), uint64(d.Flow), 10)
	return hex.AppendEncode(append(b, ' '), d.Cookie[:])
}

func pad(b []byte, to int) []byte {
	for len(b) < to {
		b = append(b, ' ')
	}
	return b
}

// ParseDatagram understands a datagram. One that is nothing of ours, or shorter
// than it must be, has the word None. It does not allocate.
func ParseDatagram(b []byte) Datagram {
	size := len(b)
	if size > MaxLen {
		return Datagram{}
	}
	b = bytes.TrimRight(b, " ")
	word, rest, _ := bytes.Cut(b, []byte(" "))
	switch string(word) {
	case "hello":
		if size >= HelloLen && len(rest) == 0 {
			return Datagram{Word: Hello}
		}
	case "knock":
		if n, ok := flowOf(rest); ok && size >= KnockLen {
			return Datagram{Word: Knock, Flow: n}
		}
	case "cookie":
		d := Datagram{Word: Cookie}
		if eight(&d.Cookie, rest) {
			return d
		}
	case "open":
		d := Datagram{Word: Open}
		number, rest, _ := bytes.Cut(rest, []byte(" "))
		cookie, tag, _ := bytes.Cut(rest, []byte(" "))
		n, ok := flowOf(number)
		if d.Flow = n; ok && eight(&d.Cookie, cookie) && eight(&d.Tag, tag) {
			return d
		}
	}
	return Datagram{}
}

// flowOf reads the number of a flow.
func flowOf(b []byte) (uint32, bool) {
	n := uint64(0)
	for _, digit := range b {
		if n = 10*n + uint64(digit-'0'); digit < '0' || digit > '9' || n > 1<<32-1 {
			return 0, false
		}
	}
	return uint32(n), n > 0
}

// eight reads eight bytes.
func eight(to *[8]byte, b []byte) bool {
	if len(b) != 2*len(to) {
		return false
	}
	_, err := hex.Decode(to[:], b)
	return err == nil
}
