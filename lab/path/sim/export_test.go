package sim

// SettleAlways lets both stacks settle around every event and every step of a
// process.
func SettleAlways(w *World) {
	w.eng.between = func() {
		w.thrower.settle()
		w.catcher.settle()
	}
}
