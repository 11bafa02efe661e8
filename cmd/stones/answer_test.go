package main

import (
	"testing"
	"time"

	"stones/lab"
	"stones/lab/wire"
)

// One question and its answer: UDP needs one round trip, and TCP two, since it connects
// first.
func TestOneAsksOneAnswers(t *testing.T) {
	e := both(classroom(), steady(1, 100, 10*ms))
	e.Answer = true
	r := ran(t, e)
	for transport, want := range map[string]time.Duration{lab.UDP: 100 * ms, lab.TCP: 200 * ms} {
		x := pick(t, r, transport)
		if a := x.Answers; a.Came != 1 || !within(a.Done.Value, float64(want/ms), 0.001) || !within(a.P50.Value, 100, 0.001) || a.Max != a.P99 {
			t.Errorf("%s: %+v; want the answer after %v", transport, x.Answers, want)
		}
	}
}

// Over UDP an answer is lost as easily as a stone: what was caught and not answered is
// what the way back lost. Over TCP all are answered, later.
func TestAnswersLost(t *testing.T) {
	e := both(classroom(), steady(500, 200, 5*ms))
	e.Answer, e.Out.Loss, e.Back.Loss = true, loss("5%"), loss("5%")
	e.Back.Duplicate = wire.Percent * 5
	r := ran(t, e)
	udp, tcp := pick(t, r, lab.UDP), pick(t, r, lab.TCP)
	if udp.Answers.Came != udp.Delivered-udp.Wire.Back.Lost || udp.Wire.Back.Lost == 0 || udp.Lost == 0 {
		t.Errorf("UDP: %d answers to %d delivered, of which the way back lost %d", udp.Answers.Came, udp.Delivered, udp.Wire.Back.Lost)
	}
	if udp.Answers.P99 != lab.Infinite() || !within(udp.Answers.P50.Value, 100, 0.01) {
		t.Errorf("UDP: there and back %v, %v", udp.Answers.P50, udp.Answers.P99)
	}
	if a := tcp.Answers; a.Came != 500 || a.P99.Value <= a.P50.Value || a.Max.Value < a.P99.Value || a.P50.Value < 100 {
		t.Errorf("TCP: %+v", a)
	}
}

// Answers work with the catcher's other settings.
func TestAnswersBesides(t *testing.T) {
	for name, change := range map[string]func(*lab.Experiment){
		"a text":         func(e *lab.Experiment) { e.Say = "Привет" },
		"small reads":    func(e *lab.Experiment) { e.ReadSize = 200 },
		"as fast as may": func(e *lab.Experiment) { set(&e.Flows[0].Plan.Rate, "max"); set(&e.Flows[1].Plan.Rate, "max") },
		"asleep":         func(e *lab.Experiment) { e.Asleep = time.Second },
		"together":       func(e *lab.Experiment) { e.Together = true },
		"a far way back": func(e *lab.Experiment) { e.Back.Delay = 5 * time.Second },
	} {
		e := both(classroom(), steady(100, 200, 5*ms))
		e.Answer = true
		change(&e)
		for _, x := range ran(t, e).Flows {
			if x.Answers.Came != 100 || !x.Complete {
				t.Errorf("%s, %s: %d of 100 answers, %q", name, x.Name, x.Answers.Came, x.Error)
			}
		}
	}

	t.Log("# but the dead do not answer")
	e := both(classroom(), steady(100, 200, 10*ms))
	e.Answer, e.Dies = true, 50
	for _, x := range ran(t, e).Flows {
		if n := x.Answers.Came; n < 40 || n > 50 {
			t.Errorf("%s: %d answers of a catcher that died after 50", x.Name, n)
		}
	}
}

// This computer's own sockets answer, too.
func TestAnswersHere(t *testing.T) {
	t.Parallel()
	e := lab.Experiment{Path: lab.Host, Flows: []lab.Flow{lab.Over(lab.TCP, steady(200, 100, ms)), lab.Over(lab.UDP, steady(200, 100, ms))}, GiveUp: 5 * time.Second, Answer: true}
	results, err := runAlong(t.Context(), paths()[lab.Host], []lab.Experiment{e}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range results[0].Flows {
		if x.Broken != "" || x.Answers.Came != x.Delivered || x.Is().Ordered && x.Delivered != 200 {
			t.Errorf("%s: %d answers to %d delivered, %q, %q", x.Name, x.Answers.Came, x.Delivered, x.Error, x.Broken)
		}
	}
}
