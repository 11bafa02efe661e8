package lab

import (
	"errors"
	"testing"
	"time"

	"stones/lab/pace"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// sound returns an experiment that can be meant.
func sound() Experiment {
	tcp := pace.Plan{Count: 10, Size: 100, Rate: pace.StonesPerSecond(100)}
	udp := tcp
	shape := wire.Shape{Delay: 20 * time.Millisecond, Bandwidth: 10 * wire.Mbit, MTU: 1500}
	return Experiment{
		Path: Sim, Seed: 1, Flows: []Flow{Over(TCP, tcp), Over(UDP, udp)}, Out: shape, Back: shape,
		Deadline: 150 * time.Millisecond, GiveUp: time.Hour,
	}
}

// onHost makes of e an experiment for the loopback.
func onHost(e *Experiment) { e.Path, e.Out, e.Back = Host, wire.Shape{}, wire.Shape{} }

// onRemote makes of e an experiment with another computer.
func onRemote(e *Experiment) {
	onHost(e)
	e.Path, e.To, e.GiveUp = Remote, "192.0.2.7", MaxFarGiveUp
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(e *Experiment)
		want   string // "" is sound
	}{
		{"as it is", func(*Experiment) {}, ""},
		{"host", onHost, ""},
		{"TCP alone", func(e *Experiment) { *e = e.Only(TCP) }, ""},
		{"by time", func(e *Experiment) { e.Plan(UDP).Count, e.Plan(UDP).Time = 0, time.Second }, ""},

		{"path", func(e *Experiment) { e.Path = "moon" }, `path "moon": allowed sim, host, netns, remote`},
		{"remote", onRemote, ""},
		{"remote by chance, from there", func(e *Experiment) {
			onRemote(e)
			e.Reverse, e.Plan(TCP).Pattern.Poisson = true, true
		}, ""},
		{"remote nowhere", func(e *Experiment) { onRemote(e); e.To = "" }, `to "": needed on the path remote: where the catcher is, e.g. 192.0.2.7`},
		{"remote with loss", func(e *Experiment) { onRemote(e); e.Back.Loss.Random = wire.Percent }, `path-back "remote": nothing is emulated there; there can be no loss, delay and the like`},
		{"remote counters", func(e *Experiment) { onRemote(e); e.Counters = true }, `counters "true": the path remote does not show them`},
		{"remote packets", func(e *Experiment) { onRemote(e); e.Packets = true }, `packets "true": the path remote does not show them`},
		{"remote nobody", func(e *Experiment) { onRemote(e); e.Nobody = true }, `nobody "true": somebody has to catch on the path remote, or there is no report`},
		{"remote asleep", func(e *Experiment) { onRemote(e); e.Asleep = time.Second }, `asleep "1s": not on the path remote; its catcher does not sleep`},
		{"remote in small reads", func(e *Experiment) { onRemote(e); e.ReadSize = 64 }, `read-size "64": not on the path remote; its catcher decides`},
		{"remote for hours", func(e *Experiment) { onRemote(e); e.GiveUp = time.Hour }, `give-up "1h": out of range; allowed 0s to 10s on the path remote, where the other end waits no longer`},
		{"remote at once", func(e *Experiment) { onRemote(e); e.Plan(TCP).Rate = pace.Max() }, `rate "max": not on the path remote, where a plan has to say how long it takes; write a rate`},
		{
			"remote large", func(e *Experiment) { onRemote(e); e.Plan(UDP).Size = MaxUDPSize },
			`size "65507": the largest UDP datagram carries 65499 and, on the path remote, a tag of 8; allowed 32 to 65499`,
		},
		{"to on sim", func(e *Experiment) { e.To = "192.0.2.7" }, `to "192.0.2.7": only on the path remote`},
		{"reverse on sim", func(e *Experiment) { e.Reverse = true }, `reverse "true": only on the path remote; here both ends are this computer`},
		{"TLS on sim", func(e *Experiment) { e.TLS = true }, `tls "true": only on the path remote; here nobody listens in`},

		{"nothing", func(e *Experiment) { e.Flows = nil }, `only "": neither TCP nor UDP is left to throw over`},
		{"alone together", func(e *Experiment) { *e = e.Only(TCP); e.Together = true }, `together "true": needs both TCP and UDP; leave out --only`},

		{"interval below", func(e *Experiment) { e.Interval = time.Millisecond }, `interval "1ms": out of range; allowed 10ms to 1h`},
		{"interval above", func(e *Experiment) { e.Interval = 2 * time.Hour }, `interval "2h": out of range; allowed 10ms to 1h`},
		{"many intervals", func(e *Experiment) {
			e.Interval, e.Plan(TCP).Count, e.Plan(UDP).Count = 10*time.Millisecond, 10_001, 10_001
		}, `interval "10ms": too many rows for 1m40s of throwing; allowed 10000`},
		{"most intervals", func(e *Experiment) {
			e.Interval, e.Plan(TCP).Count, e.Plan(UDP).Count = 10*time.Millisecond, 10_000, 10_000
		}, ""},

		{"no count", func(e *Experiment) { e.Plan(TCP).Count, e.Plan(UDP).Count = 0, 0 }, `count "0": out of range; allowed 1 to 100000000`},
		{"count below", func(e *Experiment) { e.Plan(UDP).Count = -1 }, `udp-count "-1": out of range; allowed 1 to 100000000`},
		{"count above", func(e *Experiment) { e.Plan(TCP).Count = MaxCount + 1; *e = e.Only(TCP) }, `count "100000001": out of range; allowed 1 to 100000000`},
		{"most", func(e *Experiment) { e.Plan(TCP).Count, e.Plan(UDP).Count = MaxCount, MaxCount }, ""},
		{"time below", func(e *Experiment) { e.Plan(TCP).Count, e.Plan(TCP).Time = 0, time.Millisecond }, `tcp-time "1ms": out of range; allowed 100ms to 1h`},
		{"time above", func(e *Experiment) { e.Plan(TCP).Count, e.Plan(TCP).Time = 0, 2*time.Hour }, `tcp-time "2h": out of range; allowed 100ms to 1h`},
		{"both", func(e *Experiment) { e.Plan(TCP).Time = time.Second }, `tcp-time "1s": there is --count 10 already; each says when to stop`},

		{"small", func(e *Experiment) { e.Plan(TCP).Size, e.Plan(UDP).Size = 31, 31 }, `size "31": the least is 32, which a stone's header needs; allowed 32 to 1048576`},
		{"small UDP", func(e *Experiment) { e.Plan(UDP).Size = 31 }, `udp-size "31": the least is 32, which a stone's header needs; allowed 32 to 65507`},
		{"large UDP", func(e *Experiment) { e.Plan(TCP).Size, e.Plan(UDP).Size = 65508, 65508 }, `size "65508": the largest UDP datagram carries 65507; allowed 32 to 65507`},
		{"large TCP", func(e *Experiment) { e.Plan(TCP).Size = 1 << 20 }, ""},
		{"too large TCP", func(e *Experiment) { e.Plan(TCP).Size = 1<<20 + 1 }, `tcp-size "1048577": out of range; allowed 32 to 1048576`},

		{
			"endless UDP", func(e *Experiment) {
				e.Plan(UDP).Rate, e.Plan(UDP).Count, e.Plan(UDP).Time = pace.Max(), 0, time.Second
			},
			`udp-rate "max": needs --count instead of --time: nothing slows UDP down on the path sim, where throwing takes no time`,
		},
		{"endless UDP on host", func(e *Experiment) {
			onHost(e)
			e.Plan(UDP).Rate, e.Plan(UDP).Count, e.Plan(UDP).Time = pace.Max(), 0, time.Second
		}, ""},

		{"no rate", func(e *Experiment) { e.Plan(TCP).Rate, e.Plan(UDP).Rate = pace.Rate{}, pace.Rate{} }, `rate "": not a rate; write 200 (stones a second), 1.6Mbit or max; units: bit kbit Mbit Gbit B kB MB GB`},
		{"max in bursts", func(e *Experiment) { e.Plan(TCP).Rate, e.Plan(TCP).Pattern.Burst = pace.Max(), 2 }, `tcp-pattern "burst:2": does not go with the rate max, which has no pattern`},
		{
			"too many", func(e *Experiment) {
				e.Plan(TCP).Count, e.Plan(TCP).Time, e.Plan(TCP).Rate = 0, time.Hour, pace.StonesPerSecond(1e6)
			},
			`tcp-time "1h": too many stones at the rate 1000000/s; allowed 1 to 100000000`,
		},

		{"delay", func(e *Experiment) { e.Out.Delay = time.Hour }, `delay "1h": out of range; allowed 0s to 1m`},
		{"delay back", func(e *Experiment) { e.Back.Delay = -1 }, `delay-back "-1ns": out of range; allowed 0s to 1m`},
		{"jitter", func(e *Experiment) { e.Out.Jitter.Max = time.Second }, `jitter "1s": out of range; allowed 0s to 20ms, the delay`},
		{"jitter back", func(e *Experiment) { e.Back.Jitter.Max = time.Second }, `jitter-back "1s": out of range; allowed 0s to 20ms, the delay`},
		{"loss", func(e *Experiment) { e.Out.Loss.Random = 101 * wire.Percent }, `loss "101%": not a share; allowed 0% to 100%`},
		{"loss back", func(e *Experiment) { e.Back.Loss.Random = -1 }, `loss-back "-0.0000001%": not a share; allowed 0% to 100%`},
		{"small MTU", func(e *Experiment) { e.Out.MTU = 575 }, `mtu "575": out of range; allowed 576 to 65535`},
		{"small MTU for IPv6", func(e *Experiment) { e.IPv6, e.Back.MTU = true, 1279 }, `mtu-back "1279": out of range; allowed 1280 to 65535`},
		{"large MTU", func(e *Experiment) { e.Out.MTU = 65536 }, `mtu "65536": out of range; allowed 68 to 65535`},
		{"loss on host", func(e *Experiment) { onHost(e); e.Out.Loss.Random = wire.Percent }, `path "host": nothing is emulated there; there can be no loss, delay and the like`},
		{"drop on host", func(e *Experiment) { onHost(e); e.Out.Drop = []uint64{1} }, `path "host": nothing is emulated there; there can be no loss, delay and the like`},

		{"deadline", func(e *Experiment) { e.Deadline = 2 * time.Hour }, `deadline "2h": out of range; allowed 0s to 1h`},
		{"deadline back in time", func(e *Experiment) { e.Deadline = -time.Second }, `deadline "-1s": out of range; allowed 0s to 1h`},
		{"give up", func(e *Experiment) { e.GiveUp = -1 }, `give-up "-1ns": out of range; allowed 0s to 24h`},
		{"window", func(e *Experiment) { e.Buffer = 4095 }, `window "4095": out of range; allowed 4096 to 1073741824 bytes`},
		{"reno", func(e *Experiment) { e.Congestion = "reno" }, ""},
		{"bbr", func(e *Experiment) { e.Congestion = "bbr" }, `congestion "bbr": allowed on the path sim: cubic, reno`},
		{"bbr on host", func(e *Experiment) { onHost(e); e.Congestion = "bbr" }, ""},
		{"recovery", func(e *Experiment) { e.Recovery = "prayer" }, `recovery "prayer": allowed rack, sack`},
		{"recovery without SACK", func(e *Experiment) { e.Recovery, e.Tuning.SACK = "rack", Off }, `recovery "rack": needs SACK; without it losses are found as NewReno does (RFC 6582)`},
		{"sack", func(e *Experiment) { e.Tuning.SACK = "maybe" }, `sack "maybe": allowed on, off`},
		{"initial window", func(e *Experiment) { e.Tuning.InitialWindow = 1001 }, `initial-window "1001": out of range; allowed 1 to 1000`},
		{"tick", func(e *Experiment) { e.Tuning.Tick = time.Second }, `tick "1s": out of range; allowed 0s to 100ms`},
		{"tuning on host", func(e *Experiment) { onHost(e); e.Tuning.ECN = true }, `ecn "true": cannot be chosen on the path host; the system decides`},
		{"recovery on host", func(e *Experiment) { onHost(e); e.Recovery = "sack" }, `recovery "sack": cannot be chosen on the path host; the system decides`},
		{"Nagle on host", func(e *Experiment) { onHost(e); e.Tuning.Nagle = true }, ""},
		{"a tick on netns", func(e *Experiment) { e.Path, e.Tuning.Tick = Netns, 4*time.Millisecond }, `tick "4ms": cannot be chosen on the path netns; the system decides`},
		{"SACK on netns", func(e *Experiment) { e.Path, e.Tuning.SACK = Netns, Off }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := sound()
			tt.change(&e)
			err := e.Validate()
			if tt.want == "" && err == nil {
				return
			}
			if invalid := new(quantity.InvalidError); !errors.As(err, &invalid) || err.Error() != tt.want {
				t.Errorf("Validate() = %v; want %v", err, tt.want)
			}
		})
	}
}
