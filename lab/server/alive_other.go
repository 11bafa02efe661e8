//go:build !linux

package server

import (
	"net"
	"time"
)

// giveUpAfter does nothing here: the system gives up a connection when it has thrown
// again what is on its way as often as it does.
func giveUpAfter(net.Conn, time.Duration) {}
