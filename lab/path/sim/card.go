package sim

import (
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// card is the network card of one end: what the stack sends it gives to the
// wire, and what the wire brings it gives to the stack. It offers the stack no
// help, so that packets are at most one MTU long and carry real checksums.
type card struct {
	eng        *engine
	mtu        uint32
	host       *host
	wire       *line // the way to the other end
	dispatcher stack.NetworkDispatcher
}

var _ stack.LinkEndpoint = (*card)(nil)

// WritePackets never calls the other stack: it only gives the wire packets to
// carry.
func (c *card) WritePackets(packets stack.PacketBufferList) (int, tcpip.Error) {
	for _, packet := range packets.AsSlice() {
		c.wire.send(packet)
	}
	return packets.Len(), nil
}

// deliver gives the stack a packet from the wire.
func (c *card) deliver(number tcpip.NetworkProtocolNumber, data buffer.Buffer) {
	packet := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: data})
	c.dispatcher.DeliverNetworkPacket(number, packet)
	packet.DecRef()
}

func (c *card) Attach(d stack.NetworkDispatcher)             { c.dispatcher = d }
func (c *card) IsAttached() bool                             { return c.dispatcher != nil }
func (c *card) MTU() uint32                                  { return c.mtu }
func (c *card) SetMTU(mtu uint32)                            { c.mtu = mtu }
func (c *card) Capabilities() stack.LinkEndpointCapabilities { return 0 }
func (c *card) MaxHeaderLength() uint16                      { return 0 }
func (c *card) LinkAddress() tcpip.LinkAddress               { return "" }
func (c *card) SetLinkAddress(tcpip.LinkAddress)             {}
func (c *card) ARPHardwareType() header.ARPHardwareType      { return header.ARPHardwareNone }
func (c *card) AddHeader(*stack.PacketBuffer)                {}
func (c *card) ParseHeader(*stack.PacketBuffer) bool         { return true }
func (c *card) SetOnCloseAction(func())                      {}
func (c *card) Close()                                       {}
func (c *card) Wait()                                        {}
