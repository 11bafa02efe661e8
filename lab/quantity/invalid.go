package quantity

import (
	"fmt"
	"time"
)

// An InvalidError says which setting is invalid, and why.
type InvalidError struct {
	Word  string // the flag's name without dashes
	Value string // as it was given or understood
	Why   string // what is wrong and what is allowed
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("%s %q: %s", e.Word, e.Value, e.Why)
}

// Invalid returns the error for the setting of that name.
func Invalid(word string, value any, why string) error {
	return &InvalidError{Word: word, Value: Text(value), Why: why}
}

// OutOfRange is why a value that is below the least or above the most is
// invalid.
func OutOfRange(least, most any) string {
	return fmt.Sprintf("out of range; allowed %s to %s", Text(least), Text(most))
}

// Text writes a value as it is read.
func Text(value any) string {
	if d, ok := value.(time.Duration); ok {
		return FormatDuration(d)
	}
	return fmt.Sprint(value)
}
