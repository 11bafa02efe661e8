package wire

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"stones/lab/quantity"
)

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		shape Shape
		want  string
	}{
		{Shape{}, "<nil>"},
		{Shape{Delay: 50 * ms, Jitter: Jitter{Max: 50 * ms}, Reorder: Reorder{Share: Percent}, Queue: Queue{Packets: 1}, MTU: 1500, Bandwidth: Mbit}, "<nil>"},
		{Shape{Delay: -1}, `delay "-1ns": out of range; allowed 0s to 10m`},
		{Shape{Delay: time.Hour}, `delay "1h": out of range; allowed 0s to 10m`},
		{Shape{Delay: 20 * ms, Jitter: Jitter{Max: 60 * ms}}, `jitter "60ms": out of range; allowed 0s to 20ms, the delay`},
		{Shape{Loss: Loss{Random: 101 * Percent}}, `loss "101%": not a share; allowed 0% to 100%`},
		{Shape{Loss: Loss{Gemodel: Gemodel{P: -Percent}}}, `loss "-1%": not a share; allowed 0% to 100%`},
		{Shape{Loss: Loss{Random: Percent, Gemodel: Gemodel{P: Percent, R: Percent, Bad: whole}}}, `loss "gemodel 1% 1%": one model of loss at a time: a share, or gemodel`},
		{Shape{Duplicate: -1}, `duplicate "-0.0000001%": not a share; allowed 0% to 100%`},
		{Shape{Corrupt: 2 * whole}, `corrupt "200%": not a share; allowed 0% to 100%`},
		{Shape{Drop: []uint64{1, 0}}, `drop "0": no such stone; the first is 1`},
		{Shape{DropEvery: -1}, `drop-every "-1": out of range; allowed 1 or more`},
		{Shape{Reorder: Reorder{Share: Percent}}, `reorder "1%": reordering needs a delay: that is how long a packet waits for one to pass it, and how much an early one skips`},
		{Shape{ReorderEarly: Percent}, `reorder-early "1%": reordering needs a delay: that is how long a packet waits for one to pass it, and how much an early one skips`},
		{Shape{Hold: []Hold{{5, 1}}}, `hold "5:1": reordering needs a delay: that is how long a packet waits for one to pass it, and how much an early one skips`},
		{Shape{Delay: ms, Reorder: Reorder{Percent, -1}}, `reorder "1%:-1": out of range; allowed 1 to 1000000 packets`},
		{Shape{Delay: ms, Hold: []Hold{{0, 1}}}, `hold "0:1": no such stone; the first is 1`},
		{Shape{Delay: ms, Hold: []Hold{{5, -1}}}, `hold "5:-1": out of range; allowed 0 to 1000000 packets`},
		{Shape{Delay: ms, Hold: []Hold{{5, 1}, {5, 2}}}, `hold "5:2": this stone is held already`},
		{Shape{Bandwidth: 2 * MaxBandwidth}, `bandwidth "2000Gbit": out of range; allowed 1bit to 1000Gbit`},
		{Shape{Queue: Queue{Packets: 1, Bytes: 1}}, `queue "1": one limit at a time: packets, or bytes`},
		{Shape{Queue: Queue{Packets: -1}}, `queue "-1": out of range; allowed 1 to 1000000000`},
		{Shape{MTU: 67}, `mtu "67": out of range; allowed 68 to 65535`},
		{Shape{MTU: 65536}, `mtu "65536": out of range; allowed 68 to 65535`},
	} {
		err := tt.shape.Validate()
		if got := fmt.Sprint(err); got != tt.want {
			t.Errorf("%+v:\n got %v\nwant %s", tt.shape, got, tt.want)
		}
		var invalid *quantity.InvalidError
		if err != nil && !errors.As(err, &invalid) {
			t.Errorf("%v is no quantity.InvalidError", err)
		}
	}
}
