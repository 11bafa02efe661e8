package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/photo"
)

// beach is the picture of pebbles in 192 tiles, thrown one every 10 ms; UDP has lost
// three of them, and TCP held them up.
func beach() lab.Result {
	e := lab.Experiment{File: photo.DrawPebbles()}
	plan := pace.Plan{Count: 192, Size: 332}
	e.Flows = []lab.Flow{lab.Over(lab.TCP, plan), lab.Over(lab.UDP, plan)}
	tcp := lab.Outcome{Name: lab.TCP, Transport: lab.TCP, Connect: lab.Number(40)}
	udp := lab.Outcome{Name: lab.UDP, Transport: lab.UDP, Connect: lab.NA(lab.CauseNeverAsks)}
	for n := 1; n <= 192; n++ {
		late, lost := 20.0, 20.0
		if n == 5 || n == 96 || n == 192 {
			late, lost = 100, -1
		}
		tcp.Stones = append(tcp.Stones, record(n, float64(10*n-10), late))
		udp.Stones = append(udp.Stones, record(n, float64(10*n-10), lost))
	}
	return lab.Result{Experiment: e, Flows: []lab.Outcome{tcp, udp}}
}

func TestPhotoText(t *testing.T) {
	var out bytes.Buffer
	if err := (View{Kind: PhotoKind}).Text(&out, beach()); err != nil {
		t.Fatal(err)
	}
	plain(t, out.String())
	golden(t, "beach.photo.txt", out.Bytes())
}

// Exactly the tiles that had not arrived by each time are grey in the drawing.
func TestPhotoIsExact(t *testing.T) {
	r := beach()
	drawing := string(drawn(t, View{Kind: PhotoKind}.SVG, r))
	var images []image.Image
	for _, found := range regexp.MustCompile(`data:image/png;base64,([^"]+)"`).FindAllStringSubmatch(drawing, -1) {
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(found[1]), ""))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, img)
	}
	if len(images) != 9 {
		t.Fatalf("%d images; want what was thrown, and four of each flow", len(images))
	}
	const last = 40 + 1910 + 100 // when TCP's last stone came
	f := r.Experiment.File
	for i, img := range images {
		came := func(uint64) bool { return true }
		if i > 0 {
			x, part := &r.Flows[(i-1)/4], float64((i-1)%4+1)/4
			start := 0.0
			if x.Transport == lab.TCP {
				start = 40
			}
			came = func(n uint64) bool {
				s := x.Stones[n-1]
				return s.First.Known() && start+s.First.Value <= part*last
			}
		}
		want := photo.Came(f, 332, came)
		by := img.Bounds().Dx() / f.Width
		for y := range f.Height {
			for x := range f.Width {
				r, g, b, _ := img.At(x*by+by/2, y*by+by/2).RGBA()
				if c := want.RGBAAt(x, y); uint8(r>>8) != c.R || uint8(g>>8) != c.G || uint8(b>>8) != c.B {
					t.Fatalf("image %d: pixel %d %d is not %v", i, x, y, c)
				}
			}
		}
	}
}

// What a document says about a picture is not trusted.
func TestPhotoOfAnything(t *testing.T) {
	whole := beach()
	for name, change := range map[string]func(*lab.Result){
		"no pixels": func(r *lab.Result) { r.Experiment.File.Name, r.Experiment.File.Content = "other", "" },
		"no stones": func(r *lab.Result) { r.Flows[0].Stones = nil },
		"no flows":  func(r *lab.Result) { r.Flows = nil },
		"no plan":   func(r *lab.Result) { r.Experiment.Flows = nil },
		"wild":      func(r *lab.Result) { r.Flows[1].Stones[0].Number = 1 << 60 },
		"small":     func(r *lab.Result) { r.Experiment.Flows[0].Plan.Size = 3 },
	} {
		r := beach()
		change(&r)
		var out bytes.Buffer
		if err := (View{Kind: PhotoKind}).Text(&out, r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		plain(t, out.String())
		drawn(t, View{Kind: PhotoKind}.SVG, r)
	}
	whole.Experiment.File.Content = "" // as it is read from a document
	if got := newGallery(whole); got.empty != "" {
		t.Errorf("its own picture is not known: %s", got.empty)
	}
}
