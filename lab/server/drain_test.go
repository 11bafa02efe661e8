package server

import (
	"strings"
	"testing"

	"stones/lab/path"
)

// The drain rule in the thrower's results names the time that the server waits.
func TestDrainRule(t *testing.T) {
	if rule := string(path.DrainByCatcher); !strings.Contains(rule, quietUDP.String()) {
		t.Errorf("the rule is %q; the catcher waits for %v", rule, quietUDP)
	}
}
