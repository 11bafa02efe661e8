package server

import (
	"strings"
	"testing"

	"stones/lab/path"
)

// The rule that stands in the results of who throws names the time that is waited here.
func TestDrainRule(t *testing.T) {
	if rule := string(path.DrainByCatcher); !strings.Contains(rule, quietUDP.String()) {
		t.Errorf("the rule is %q; the catcher waits for %v", rule, quietUDP)
	}
}
