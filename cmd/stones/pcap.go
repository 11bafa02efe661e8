package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/path"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/relay"
	"stones/lab/wire"
)

// captured runs the one experiment, and writes the packets at the ends of its wires to
// the file of --pcap.
func (t *throw) captured(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
	wrong := &quantity.InvalidError{Word: "pcap", Value: t.pcap}
	switch {
	case t.pcap == "-":
		wrong.Why = "standard output is for the result; name a file"
		return nil, wrong
	case len(es) > 1:
		wrong.Why = fmt.Sprintf("one experiment at a time, and these are %d", len(es))
		return nil, wrong
	case !lab.ItsPackets.Met(es[0].Path):
		wrong.Why = fmt.Sprintf("the path %s does not show its packets", es[0].Path)
		return nil, wrong
	}
	f, err := create("pcap", t.pcap, t.force)
	if err != nil {
		return nil, err
	}
	c := newCapture(es[0])
	results, err := runAlong(ctx, tapped(c.tap)[es[0].Path], es, done)
	if wrote := f.finish(c.write(f, t.comment(es[0]))); wrote != nil {
		err = errors.Join(err, fmt.Errorf("write --pcap %s: %s", prose.Quote(t.pcap), reason(wrote)))
	}
	return results, err
}

// comment says which command made the packets and how to look at them, and has on its
// last line the experiment in the form that --experiment reads.
func (t *throw) comment(e lab.Experiment) string {
	words := []string{"stones", version, "throw", "--seed", strconv.FormatUint(e.Seed, 10)}
	for _, k := range t.settings.Turned() {
		switch {
		case k.Word == "seed" || k.Group == knob.Kept:
		case k.Switch:
			words = append(words, "--"+k.Word+"="+t.settings.Text(k.Word))
		default:
			words = append(words, "--"+k.Word, quoted(t.settings.Text(k.Word)))
		}
	}
	type result struct {
		Experiment lab.Experiment `json:"experiment"`
	}
	text, err := document.Marshal(struct {
		Version string   `json:"stones"`
		Format  int      `json:"format"`
		Results []result `json:"results"`
	}{version, lab.Format, []result{{e}}})
	var line bytes.Buffer
	if err == nil {
		err = json.Compact(&line, text)
	}
	if err != nil {
		panic(err) // what was read from flags or from a file can be written
	}
	return strings.Join(words, " ") + "\n" + oneEndHint + "\n" + line.String()
}

// oneEndHint is for readers who see every packet as a retransmission.
const oneEndHint = `Each end of a wire is an interface. Wireshark takes both for one conversation; for its TCP analysis, look at one alone: -Y 'frame.interface_name == "tcp thrower"' -w one.pcapng`

// quoted puts a value in quotes if a shell needs them.
func quoted(value string) string {
	if strings.ContainsAny(value, " ") {
		return strconv.Quote(value)
	}
	return value
}

// A capture gathers the packets at the ends of the wires of an experiment, whose worlds
// may run side by side.
type capture struct {
	worlds []*ends
}

// ends are the two ends of the wire of one world.
type ends struct {
	name   string // of the world
	first  string // the name of the first of the flows
	frames []path.Frame
}

// newCapture returns a capture for the worlds of e: one for each transport and each
// protocol of one's own, or one for all together.
func newCapture(e lab.Experiment) *capture {
	c := &capture{}
	for _, group := range e.Groups() {
		c.worlds = append(c.worlds, &ends{name: worldOf(group), first: group.Flows[0].Name})
	}
	return c
}

// worldOf names the world of the flows of e by their transports, and by the names of
// protocols of one's own.
func worldOf(e lab.Experiment) string {
	var names []string
	for _, f := range e.Flows {
		name := f.Transport
		if name == lab.Own {
			name = f.Name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// tap returns the function that takes the packets of the world for e.
func (c *capture) tap(e lab.Experiment) func(path.Frame) {
	i := slices.IndexFunc(c.worlds, func(w *ends) bool { return w.first == e.Flows[0].Name })
	w := c.worlds[i]
	return func(f path.Frame) { w.frames = append(w.frames, f) }
}

// dawn is the date at which virtual time begins in captures.
var dawn = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// write writes all packets as a pcapng file (draft-ietf-opsawg-pcapng), in order of
// time. Each end of each wire is an interface, so that a lost packet leaves on one and
// never arrives on another.
func (c *capture) write(w io.Writer, comment string) error {
	var (
		out *pcapgo.NgWriter
		all []shot
	)
	for i, world := range c.worlds {
		for _, end := range []string{"thrower", "catcher"} {
			card := pcapgo.NgInterface{
				Name:        world.name + " " + end,
				Description: fmt.Sprintf("where the %s's end meets the wire, over %s", end, strings.ToUpper(world.name)),
				LinkType:    layers.LinkTypeRaw,
			}
			var err error
			if out == nil {
				section := pcapgo.NgSectionInfo{Application: "stones " + version, Comment: cut(comment)}
				out, err = pcapgo.NewNgWriterInterface(w, card, pcapgo.NgWriterOptions{SectionInfo: section})
			} else {
				_, err = out.AddInterface(card)
			}
			if err != nil {
				return err
			}
		}
		for _, f := range world.frames {
			all = append(all, shot{f, i})
		}
	}
	slices.SortStableFunc(all, func(a, b shot) int { return cmp.Compare(a.When, b.When) })
	for _, s := range all {
		info := gopacket.CaptureInfo{
			Timestamp:      dawn.Add(s.When),
			CaptureLength:  len(s.Bytes),
			Length:         len(s.Bytes),
			InterfaceIndex: s.card(),
		}
		if err := out.WritePacketWithOptions(info, s.Bytes, s.options()); err != nil {
			return err
		}
	}
	return out.Flush()
}

// cut shortens a comment to what a pcapng option can hold.
func cut(comment string) string {
	const most, dots = 1<<16 - 1, "…"
	if len(comment) <= most {
		return comment
	}
	return strings.ToValidUTF8(comment[:most-len(dots)], "") + dots
}

// A shot is a frame of one of the worlds.
type shot struct {
	path.Frame
	world int
}

// card is the number of the interface.
func (s shot) card() int {
	if s.Far {
		return 2*s.world + 1
	}
	return 2 * s.world
}

// options are further fields of a packet: its direction, a number that its arrivals
// share, and a comment.
func (s shot) options() pcapgo.NgPacketOptions {
	id := uint64(s.world)<<32 | s.Number
	o := pcapgo.NgPacketOptions{PacketID: &id, Flags: &pcapgo.NgEpbFlags{Direction: pcapgo.NgEpbFlagDirectionOutbound}}
	if s.Arrival {
		o.Flags.Direction = pcapgo.NgEpbFlagDirectionInbound
	}
	if text := strings.Join(s.words(), ", "); text != "" {
		o.Comments = []string{text}
	}
	return o
}

// words say what the packet itself does not show.
func (s shot) words() (words []string) {
	switch s.First {
	case 0:
	case s.Last:
		words = append(words, fmt.Sprintf("stone %d", s.First))
	default:
		words = append(words, fmt.Sprintf("stones %d to %d", s.First, s.Last))
	}
	if s.Again {
		words = append(words, "sent again")
	}
	add := func(is bool, what string) {
		if is {
			words = append(words, what)
		}
	}
	if !s.Arrival {
		add(s.Cause&path.Dropped != 0, "lost on the way")
		add(s.Cause&path.Overflowed != 0, "lost: the queue is full")
		add(s.Cause&path.TooBig != 0, "lost: longer than the MTU")
		add(s.Cause&path.Damaged != 0, "one bit is flipped on the way")
		add(s.Copy != nil, "copied on the way")
		add(s.Copy != nil && s.Copy.Cause&path.Overflowed != 0, "the copy is lost: the queue is full")
		return words
	}
	cause := s.Cause
	if s.Copied {
		cause = s.Copy.Cause
	}
	add(s.Copied, "a copy that the wire made")
	add(cause&path.Damaged != 0, "one bit is wrong")
	add(cause&path.ReceiverDrop != 0, "dropped: the socket buffer is full")
	add(cause&path.NobodyHome != 0, "nobody listens")
	return words
}

// capture starts a file of the datagrams that pass a relay: those at the clients' end
// and those at the other program's end. finished ends the file.
func (s *stretch) capture(door, to netip.AddrPort) (tap func(relay.Frame), finished func() error, err error) {
	f, err := inPlace("pcap", s.pcap, s.force)
	if err != nil {
		return nil, nil, err
	}
	card := func(end string) pcapgo.NgInterface {
		return pcapgo.NgInterface{Name: end, Description: "where the wire meets the " + end, LinkType: layers.LinkTypeRaw}
	}
	section := pcapgo.NgSectionInfo{Application: "stones " + version, Comment: "UDP and IP headers are made up: a relay sees what is inside"}
	out, err := pcapgo.NewNgWriterInterface(f, card("clients"), pcapgo.NgWriterOptions{SectionInfo: section})
	if err == nil {
		_, err = out.AddInterface(card("program"))
	}
	if err != nil {
		return nil, nil, f.finish(err)
	}
	began := time.Now()
	var failed error
	tap = func(frame relay.Frame) {
		if failed != nil {
			return
		}
		from, dest, index := frame.Client, to, 0
		if frame.Back {
			from, dest = to, frame.Client
		}
		if frame.Arrival != frame.Back {
			index = 1
		}
		if from.Addr().Is4() != dest.Addr().Is4() {
			from = netip.AddrPortFrom(door.Addr(), from.Port())
		}
		b := datagram(from, dest, frame.Payload)
		info := gopacket.CaptureInfo{Timestamp: began.Add(frame.At), CaptureLength: len(b), Length: len(b), InterfaceIndex: index}
		failed = out.WritePacketWithOptions(info, b, pcapgo.NgPacketOptions{Comments: []string{passed(frame)}})
	}
	return tap, func() error {
		if failed == nil {
			failed = out.Flush()
		}
		return f.finish(failed)
	}, nil
}

// passed says which datagram of its client this is, and what happened to it.
func passed(f relay.Frame) string {
	words := []string{fmt.Sprintf("%s, datagram %d", f.Client, f.Number)}
	for _, is := range []struct {
		so   bool
		what string
	}{
		{f.Refused != "", f.Refused},
		{!f.Arrival && f.Fate == wire.Lost, "lost on the way"},
		{!f.Arrival && f.Fate == wire.Overflowed, "lost: the queue is full"},
		{!f.Arrival && f.Fate == wire.TooBig, "lost: longer than the MTU"},
		{f.Copied, "a copy that the wire made"},
		{f.Damaged, "one bit is wrong"},
	} {
		if is.so {
			words = append(words, is.what)
		}
	}
	return strings.Join(words, ", ")
}

// datagram puts IP and UDP headers in front of a payload.
func datagram(from, to netip.AddrPort, payload []byte) []byte {
	udp := &layers.UDP{SrcPort: layers.UDPPort(from.Port()), DstPort: layers.UDPPort(to.Port())}
	var ip gopacket.SerializableLayer
	var below gopacket.NetworkLayer
	if from.Addr().Is4() {
		h := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice()}
		ip, below = h, h
	} else {
		h := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolUDP, SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice()}
		ip, below = h, h
	}
	_ = udp.SetNetworkLayerForChecksum(below) // cannot fail for IPv4 and IPv6
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp, gopacket.Payload(payload)); err != nil {
		panic(err) // serializing these layers cannot fail
	}
	return buf.Bytes()
}
