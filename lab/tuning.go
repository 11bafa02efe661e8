package lab

import (
	"fmt"
	"time"

	"stones/lab/path"
	"stones/lab/quantity"
)

// A Tuning is how TCP is set, and UDP, where the path lets it be. The zero value is as the
// path has it.
type Tuning struct {
	SACK          string        `json:"sack,omitzero"`           // On or Off; empty means on: selective acknowledgements
	Nagle         bool          `json:"nagle,omitzero"`          // a short segment waits until all before it is acknowledged
	DelayedACK    string        `json:"delayed_ack,omitzero"`    // On or Off; empty means on
	ECN           bool          `json:"ecn,omitzero"`            // ask for explicit congestion notification
	InitialWindow int           `json:"initial_window,omitzero"` // in segments; 0 means 10
	UDPChecksum   string        `json:"udp_checksum,omitzero"`   // On or Off; empty means on; over IPv4 datagrams can go without
	Tick          time.Duration `json:"tick,omitzero"`           // the grain of the timers; 0 means none
}

// What can be switched, and is on where nothing was chosen, is said with these.
const (
	On  = "on"
	Off = "off"
)

// How TCP finds a loss.
const (
	RecoveryRACK = path.RecoveryRACK
	RecoverySACK = path.RecoverySACK
)

// Limits of a [Tuning].
const (
	MaxInitialWindow = 1000
	MaxTick          = 100 * time.Millisecond
)

// validate returns a [quantity.InvalidError] if a setting is invalid.
func (t Tuning) validate() error {
	for _, s := range []struct{ word, value string }{{"sack", t.SACK}, {"delayed-ack", t.DelayedACK}, {"udp-checksum", t.UDPChecksum}} {
		if s.value != "" && s.value != On && s.value != Off {
			return quantity.Invalid(s.word, s.value, fmt.Sprintf("allowed %s, %s", On, Off))
		}
	}
	switch {
	case t.InitialWindow < 0 || t.InitialWindow > MaxInitialWindow:
		return quantity.Invalid("initial-window", t.InitialWindow, quantity.OutOfRange(1, MaxInitialWindow))
	case t.Tick < 0 || t.Tick > MaxTick:
		return quantity.Invalid("tick", t.Tick, quantity.OutOfRange(time.Duration(0), MaxTick))
	}
	return nil
}
