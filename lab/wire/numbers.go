package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"stones/lab/quantity"
)

// Numbers are those of stones or packets. In JSON they are a list in which a row of three
// or more stands as its first and last: [50, "60-69"].
type Numbers []uint64

// MaxListed is how many numbers, or stones to be held, a list may have.
const MaxListed = 1_000_000

// MarshalJSON writes the numbers as they are read.
func (n Numbers) MarshalJSON() ([]byte, error) {
	if len(n) == 0 {
		return []byte("[]"), nil
	}
	parts := strings.Split(quantity.FormatNumbers(n), ",")
	for i, part := range parts {
		if strings.Contains(part, "-") {
			parts[i] = `"` + part + `"`
		}
	}
	return []byte("[" + strings.Join(parts, ",") + "]"), nil
}

// UnmarshalJSON reads numbers and rows of them.
func (n *Numbers) UnmarshalJSON(data []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	if list, err := dec.ReadToken(); err != nil || list.Kind() != '[' {
		return errors.New("not a list of numbers")
	}
	list := Numbers{}
	for dec.PeekKind() != ']' {
		entry, err := dec.ReadToken()
		if err != nil {
			return errors.New("not a list of numbers")
		}
		var first, last uint64
		switch text := entry.String(); entry.Kind() { //nolint:exhaustive // the others are no numbers
		case '"':
			from, to, _ := strings.Cut(text, "-")
			first, _ = strconv.ParseUint(from, 10, 64)
			last, _ = strconv.ParseUint(to, 10, 64)
			if text != fmt.Sprintf("%d-%d", first, last) {
				return fmt.Errorf("%.40q is no row of numbers such as 60-69", text)
			}
		case '0':
			if first, err = strconv.ParseUint(text, 10, 64); err != nil {
				return fmt.Errorf("%.40s is no number", text)
			}
			last = first
		default:
			return fmt.Errorf("%.40s is no number", text)
		}
		if last < first || last-first >= quantity.MaxRow || len(list)+int(last-first) >= MaxListed {
			return fmt.Errorf("a row has up to %d numbers, the lower first, and a list up to %d", quantity.MaxRow, MaxListed)
		}
		for k := range last - first + 1 {
			list = append(list, first+k)
		}
	}
	*n = list
	return nil
}
