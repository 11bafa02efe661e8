package host

import (
	"strings"
	"testing"
)

// The rule that stands in results names the time that is waited.
func TestDrainRule(t *testing.T) {
	if rule := string(new(World).DrainRule()); !strings.Contains(rule, patience.String()) {
		t.Errorf("the rule is %q; it waits for %v", rule, patience)
	}
}
