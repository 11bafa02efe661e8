package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"stones/lab/quantity"
)

// Numbers are numbers of stones or packets. In JSON they are a list in which three or more
// consecutive numbers stand as first and last: [50, "60-69"].
type Numbers []uint64

// MaxListed is how many numbers, or held stones, a list may have.
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
	text, opened := strings.CutPrefix(string(bytes.TrimSpace(data)), "[")
	text, closed := strings.CutSuffix(text, "]")
	if !opened || !closed {
		return errors.New("not a list of numbers")
	}
	list := Numbers{}
	for entry := range strings.SplitSeq(text, ",") {
		var first, last uint64
		var err error
		switch entry = strings.TrimSpace(entry); {
		case entry == "" && len(list) == 0: // there is none
			continue
		case strings.HasPrefix(entry, `"`):
			from, to, _ := strings.Cut(strings.Trim(entry, `"`), "-")
			first, _ = strconv.ParseUint(from, 10, 64)
			last, _ = strconv.ParseUint(to, 10, 64)
			if entry != fmt.Sprintf(`"%d-%d"`, first, last) {
				return fmt.Errorf("%.40s is no row of numbers such as 60-69", entry)
			}
		default:
			if first, err = strconv.ParseUint(entry, 10, 64); err != nil {
				return fmt.Errorf("%.40s is no number", entry)
			}
			last = first
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
