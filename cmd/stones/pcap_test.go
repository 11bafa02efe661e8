package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"stones/lab"
	"stones/lab/document"
)

// captures are experiments that together have everything a capture can show.
var captures = []struct {
	name, flags string
}{
	{"loss", "--loss 5% --count 500"},
	{"hold", "--loss 0% --reorder 5% --count 500"},
	{"duplicates", "--loss 0% --duplicate 5% --count 300"},
	{"fragments", "--size 4000 --loss 2% --count 200"},
	{"corrupt", "--loss 0% --reorder 0% --corrupt 5% --count 300"},
	{"overflow", "--rate 2000 --bandwidth 8Mbit --loss 0% --count 500"},
	{"ipv6", "-6 --loss 3% --count 300"},
	{"ipv6 fragments", "-6 --loss 3% --size 3000 --count 200"},
	{"together", "--together --loss 3% --count 300"},
	{"both ways", "--loss 3% --loss-back 3% --duplicate-back 3% --reorder-back 3% --recovery sack --count 300"},
	{"nobody", "--nobody --only udp --count 50"},
	{"asleep", "--asleep 3s --window 8kB --loss 1%"},
	{"own protocols", "--with stop-and-wait --with selective-repeat --loss 3% --count 100"},
}

// take runs the program, which must write a capture, and returns the result and the
// name of the file.
func take(t *testing.T, words ...string) (lab.Result, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stones.pcapng")
	var out, errs bytes.Buffer
	p := program{stdout: &out, stderr: &errs, run: runAll}
	words = slices.Concat([]string{"throw"}, words, []string{"--packets", "-J", "--pcap", file})
	if code := p.exec(t.Context(), words); code != 0 && code != exitUnfinished && code != exitRefused {
		t.Fatalf("%v: exit code %d: %s", words, code, &errs)
	}
	var doc lab.Document
	if err := document.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Results[0], file
}

// A picked is a packet as it stands in a capture.
type picked struct {
	gopacket.CaptureInfo
	id      uint64
	inbound bool
	comment string
	data    []byte
}

// open reads a capture: the names of its interfaces, its packets, its comment.
func open(t *testing.T, file string) (cards []string, packets []picked, comment string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewNgReader(f, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, info, options, err := r.ReadPacketDataWithOptions()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p := picked{
			CaptureInfo: info,
			id:          *options.PacketID,
			inbound:     options.Flags.Direction == pcapgo.NgEpbFlagDirectionInbound,
			data:        data,
		}
		if len(options.Comments) > 0 {
			p.comment = options.Comments[0]
		}
		packets = append(packets, p)
	}
	for i := range r.NInterfaces() {
		card, err := r.Interface(i)
		if err != nil {
			t.Fatal(err)
		}
		if card.LinkType != layers.LinkTypeRaw || card.TimestampResolution != 9 {
			t.Errorf("interface %q has link type %v and resolution %d", card.Name, card.LinkType, card.TimestampResolution)
		}
		cards = append(cards, card.Name)
	}
	return cards, packets, r.SectionInfo().Comment
}

// What leaves and what arrives in a capture is what the result says was sent
// and arrived, and what is missing was lost.
func TestCaptureCounts(t *testing.T) {
	t.Parallel()
	for _, tt := range captures {
		t.Run(tt.name, func(t *testing.T) {
			r, file := take(t, strings.Fields(tt.flags)...)
			cards, packets, _ := open(t, file)
			for _, x := range r.Flows {
				world, carrier := x.Transport, x.Transport
				switch {
				case r.Experiment.Together:
					world = "tcp+udp"
				case x.Transport == lab.Own:
					world, carrier = x.Name, lab.UDP
				}
				var left, arrived, came, lost int
				for _, p := range packets {
					if transportOf(p.data) != carrier {
						continue
					}
					switch {
					case cards[p.InterfaceIndex] == world+" thrower" && !p.inbound:
						left++
					case cards[p.InterfaceIndex] == world+" catcher" && p.inbound:
						arrived++
					}
				}
				for _, p := range x.Packets {
					if p.Back || p.Protocol == "icmp" {
						continue
					}
					trips := []lab.Trip{p.Trip}
					if p.Copy != nil {
						trips = append(trips, *p.Copy)
					}
					for _, trip := range trips {
						if trip.Arrived.Known() {
							came++
						} else {
							lost++
						}
					}
				}
				if want := int(x.Wire.Packets.Value); left != want {
					t.Errorf("%s: %d packets leave; the wire had %d", x.Transport, left, want)
				}
				if arrived != came {
					t.Errorf("%s: %d packets arrive; the result says %d", x.Transport, arrived, came)
				}
				w := x.Wire
				onTheWay := lost - int(w.Dropped.Value+w.Overflowed.Value)
				if onTheWay < 0 || x.Transport == lab.UDP && onTheWay > 0 {
					t.Errorf("%s: %d packets are missing, of which %v were dropped and %v overflowed", x.Transport, lost, w.Dropped, w.Overflowed)
				}
				if want := left + int(w.Copied.Value) - lost; arrived != want {
					t.Errorf("%s: %d left, %v were copied, %d are missing, %d arrive", x.Transport, left, w.Copied, lost, arrived)
				}
			}
		})
	}
}

// transportOf is tcp, udp or something else.
func transportOf(packet []byte) string {
	number := packet[9]
	if packet[0]>>4 == 6 {
		if number = packet[6]; number == 44 { // a fragment
			number = packet[40]
		}
	}
	return map[byte]string{6: "tcp", 17: "udp"}[number]
}

// What arrives is what left, except for one bit if the comment says so. Packets that
// are not damaged have the right checksums. Timestamps do not go back.
func TestCaptureBytes(t *testing.T) {
	t.Parallel()
	for _, tt := range captures {
		t.Run(tt.name, func(t *testing.T) {
			_, file := take(t, strings.Fields(tt.flags)...)
			_, packets, _ := open(t, file)
			left := map[uint64][]byte{}
			wrong := 0
			for i, p := range packets {
				if i > 0 && p.Timestamp.Before(packets[i-1].Timestamp) {
					t.Fatalf("packet %d is from %v, the one before from %v", i, p.Timestamp, packets[i-1].Timestamp)
				}
				if !p.inbound {
					left[p.id] = p.data
				}
				if want := damage(p.comment); flipped(p.data, left[p.id]) != want {
					t.Fatalf("packet %d, %q: %d bits differ from those that left; want %d", i, p.comment, flipped(p.data, left[p.id]), want)
				} else if want > 0 {
					wrong++
					continue
				}
				first := gopacket.Decoder(layers.LayerTypeIPv4)
				if p.data[0]>>4 == 6 {
					first = layers.LayerTypeIPv6
				}
				decoded := gopacket.NewPacket(p.data, first, gopacket.NoCopy)
				if failed := decoded.ErrorLayer(); failed != nil {
					t.Fatalf("packet %d: %v", i, failed.Error())
				}
				for _, layer := range decoded.Layers() {
					if l, ok := layer.(interface {
						SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
					}); ok {
						l.SetNetworkLayerForChecksum(decoded.NetworkLayer())
					}
				}
				if err, bad := decoded.VerifyChecksums(); err != nil || len(bad) > 0 {
					t.Fatalf("packet %d: checksums: %v, %v", i, err, bad)
				}
			}
			if wrong > 0 != strings.Contains(tt.flags, "corrupt") {
				t.Errorf("%d packets are damaged", wrong)
			}
		})
	}
}

// damage is how many bits of a packet are damaged by its comment.
func damage(comment string) int { return strings.Count(comment, "one bit is wrong") }

// flipped counts the bits that differ.
func flipped(a, b []byte) (n int) {
	if len(a) != len(b) {
		return max(len(a), len(b))
	}
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

// The same seed gives the same file, however many processors there are, and the
// experiment in the comment runs again and gives the same file.
func TestCaptureAgain(t *testing.T) {
	notShort(t)
	t.Parallel()
	for _, tt := range captures {
		t.Run(tt.name, func(t *testing.T) {
			r, file := take(t, strings.Fields(tt.flags)...)
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before := runtime.GOMAXPROCS(1)
			_, file = take(t, strings.Fields(tt.flags)...)
			runtime.GOMAXPROCS(before)
			if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the second capture is not the first: %v", err)
			}

			_, packets, comment := open(t, file)
			if want := "stones " + version + " throw --seed 1 "; !strings.HasPrefix(comment, want) {
				t.Errorf("the comment begins with %.50q; want %q", comment, want)
			}
			text := comment[strings.LastIndex(comment, "\n")+1:]
			es, err := document.Experiments(strings.NewReader(text))
			if err != nil || len(es) != 1 {
				t.Fatalf("%v in %s", err, text)
			}
			again := filepath.Join(t.TempDir(), "again.json")
			if err := os.WriteFile(again, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			_, file = take(t, "--experiment", again)
			_, others, _ := open(t, file)
			if len(others) != len(packets) {
				t.Errorf("%d packets; before there were %d", len(others), len(packets))
			}
			if es[0].Seed != r.Experiment.Seed {
				t.Errorf("seed %d; want %d", es[0].Seed, r.Experiment.Seed)
			}
		})
	}
}

// A retransmission in the log is what TCP itself counts as one.
func TestPacketsAgain(t *testing.T) {
	var es []lab.Experiment
	for seed := range uint64(200) {
		e := anyExperiment(seed)
		e = e.Only(lab.TCP)
		e.Together, e.Packets = false, true
		es = append(es, e)
	}
	for _, r := range all(t, es) {
		x := pick(t, r, lab.TCP)
		again := 0
		for _, p := range x.Packets {
			if p.Again && !p.Back {
				again++
			}
		}
		if fmt.Sprint(again) != x.Wire.Retransmitted.String() {
			t.Errorf("seed %d: %d packets are marked as sent again; TCP counts %v", r.Experiment.Seed, again, x.Wire.Retransmitted)
		}
	}
}

// A comment that is too long for the file is cut.
func TestCaptureLongComment(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{strings.Repeat("x", 65535), strings.Repeat("x", 65535)},
		{strings.Repeat("x", 65536), strings.Repeat("x", 65532) + "…"},
		{strings.Repeat("ж", 40000), strings.Repeat("ж", 32766) + "…"},
	} {
		if got := cut(tt.in); got != tt.want {
			t.Errorf("cut of %d bytes has %d; want %d", len(tt.in), len(got), len(tt.want))
		}
	}
	var drop []string // which have no rows that would be short
	for n := 90_000_000; len(drop) < 8000; n += 2 {
		drop = append(drop, strconv.Itoa(n))
	}
	_, file := take(t, "--count", "5", "--only", "udp", "--loss", "0%", "--drop", strings.Join(drop, ","))
	if _, packets, comment := open(t, file); len(packets) != 10 || !strings.HasSuffix(comment, "…") {
		t.Errorf("%d packets, and a comment of %d bytes", len(packets), len(comment))
	}
}
