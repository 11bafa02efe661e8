package netns

import (
	"strings"
	"testing"
)

// The rule in results names the time that Drain waits.
func TestDrainRule(t *testing.T) {
	if rule := string(new(World).DrainRule()); !strings.Contains(rule, patience.String()) {
		t.Errorf("the rule is %q; it waits for %v", rule, patience)
	}
}
