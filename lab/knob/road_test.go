package knob_test

import (
	"testing"
	"time"

	"stones/lab/knob"
	"stones/lab/wire"
)

// A road sets the whole wire, and a knob beside it one thing, in whatever order they
// are given.
func TestRoad(t *testing.T) {
	es := experiments(t, 1, "loss", "3%", "road", "lte,clean")
	if len(es) != 2 {
		t.Fatalf("%d experiments; want 2", len(es))
	}
	lte, clean := es[0], es[1]
	if lte.Road != "lte" || lte.Out.Bandwidth != 13*wire.Mbit || lte.Back.Bandwidth != 6*wire.Mbit || lte.Out.Loss.Random != 3*wire.Percent {
		t.Errorf("lte: %+v", lte)
	}
	if clean.Out.Delay != 20*time.Millisecond || clean.Out.Jitter.Max != 0 || clean.Out.Reorder.Share != 0 || clean.Out.Loss.Random != 3*wire.Percent {
		t.Errorf("clean: %+v", clean)
	}
}

// The default road is the one without a name.
func TestDefaultRoad(t *testing.T) {
	es := experiments(t, 1, "road", "default")
	usual := knob.Start(es[0].Path)
	if es[0].Out.Loss != usual.Out.Loss || es[0].Out.Delay != usual.Out.Delay || es[0].Back.Delay != usual.Back.Delay {
		t.Errorf("default: %+v; want %+v", es[0].Out, usual.Out)
	}
}
