package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	imagepng "image/png"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/path/host"
	"stones/lab/photo"
	"stones/lab/server"
)

// photograph is a JPEG, and its name.
func photograph(t *testing.T) (name string, data []byte) {
	t.Helper()
	dice := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, 640, 360))
	for i := range img.Pix {
		img.Pix[i] = byte(i/40) + byte(dice.IntN(40))
	}
	img.Set(3, 3, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return name, b.Bytes()
}

// throwsFile throws a file with --keep-caught, and returns the result and the bytes
// that were kept, by flow.
func throwsFile(t *testing.T, name string, words ...string) (lab.Result, map[string][]byte) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "made", "caught")
	var out, wrong bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong, run: runAll}
	args := append([]string{"throw", "--json", "--per-stone", "--file", name, "--keep-caught", folder}, words...)
	if code := p.exec(t.Context(), args); code != 0 {
		t.Fatalf("%q: exit code %d: %s", words, code, &wrong)
	}
	var doc lab.Document
	if err := document.Unmarshal(out.Bytes(), &doc); err != nil || len(doc.Results) != 1 {
		t.Fatalf("%q: %d results, %v", words, len(doc.Results), err)
	}
	kept := map[string][]byte{}
	for _, x := range doc.Results[0].Flows {
		data, err := os.ReadFile(filepath.Join(folder, x.Name+"-"+keptName(doc.Results[0].Experiment.File)))
		if err != nil {
			t.Fatal(err)
		}
		kept[x.Name] = data
	}
	return doc.Results[0], kept
}

// holed is the file with zeros in the place of what the lost stones carried.
func holed(data []byte, size int, x lab.Outcome) (with []byte, holes int) {
	with = bytes.Clone(data)
	last := -1 // stone that was lost
	for i, s := range x.Stones {
		if s.Fate == "delivered" {
			continue
		}
		if last != i-1 || last < 0 {
			holes++
		}
		last = i
		from := i * (size - 32)
		clear(with[from:min(from+size-32, len(with))])
	}
	return with, holes
}

// matches expects each flow to have what its stones say: the file, or the file with holes
// where they were lost.
func matches(t *testing.T, data []byte, size int, r lab.Result, kept map[string][]byte) {
	t.Helper()
	sum := lab.NewFile("", string(data)).SHA256
	if f := r.Experiment.File; f.Name != "photo.jpg" || f.Bytes != len(data) || f.SHA256 != sum {
		t.Errorf("the result tells of %+v", f)
	}
	for _, x := range r.Flows {
		want, holes := holed(data, size, x)
		missing := len(data) - x.Caught.Bytes
		switch c := x.Caught; {
		case !bytes.Equal(kept[x.Name], want):
			t.Errorf("%s: what was kept is not the file with the %d lost stones as holes", x.Name, x.Lost)
		case c.Equal != (x.Lost == 0) || c.Equal != (c.SHA256 == sum) || c.Holes != holes || c.Of != len(data):
			t.Errorf("%s: %+v with %d lost in %d holes", x.Name, c, x.Lost, holes)
		case c.SHA256 != lab.NewFile("", string(want)).SHA256:
			t.Errorf("%s: the SHA-256 is not that of what was kept", x.Name)
		case missing > x.Lost*(size-32) || missing < (x.Lost-1)*(size-32)+1 && x.Lost > 0:
			t.Errorf("%s: %d bytes are missing of %d lost stones", x.Name, missing, x.Lost)
		}
		if x.Is().Ordered && !x.Caught.Equal {
			t.Errorf("%s: the SHA-256 is not equal", x.Name)
		}
	}
}

// A JPEG arrives whole over TCP, and over UDP without exactly the content of the lost
// stones.
func TestFileOverBoth(t *testing.T) {
	t.Parallel()
	name, data := photograph(t)
	t.Run("sim", func(t *testing.T) {
		r, kept := throwsFile(t, name, "--loss", "5%", "--with", "selective-repeat", "--tcp-size", "1000", "--size", "200")
		matches(t, data, 1000, lab.Result{Experiment: r.Experiment, Flows: r.Flows[:1]}, kept)
		matches(t, data, 200, lab.Result{Experiment: r.Experiment, Flows: r.Flows[1:]}, kept)
		if udp, own := pick(t, r, lab.UDP), pick(t, r, lab.Own); udp.Lost == 0 || !own.Caught.Equal {
			t.Errorf("UDP lost %d; selective repeat caught %+v", udp.Lost, own.Caught)
		}
	})
	t.Run("damaged and in pieces", func(t *testing.T) {
		r, kept := throwsFile(t, name, "--corrupt", "10%", "--duplicate", "5%", "--size", "3000", "--udp-checksum", "off", "--rate", "1000")
		matches(t, data, 3000, r, kept)
		if udp := pick(t, r, lab.UDP); udp.Damaged == 0 || udp.Caught.Holes == 0 {
			t.Errorf("UDP: %d damaged, %+v", udp.Damaged, udp.Caught)
		}
	})
	t.Run("host", func(t *testing.T) {
		r, kept := throwsFile(t, name, "--path", "host", "--size", "1000", "--rate", "500")
		matches(t, data, 1000, r, kept)
	})
}

// The other end reports which stones came, and a sum of their content; or it is sent
// the file, and throws it back.
func TestFileElsewhere(t *testing.T) {
	t.Parallel()
	name, data := photograph(t)
	at := serves(t)
	for _, words := range [][]string{{}, {"--reverse"}} {
		words = append(words, "--to", at, "--size", "500", "--rate", "500")
		r, kept := throwsFile(t, name, words...)
		matches(t, data, 500, r, kept)
	}
}

// serves starts a catcher on this computer, and returns its address.
func serves(t *testing.T) string {
	t.Helper()
	w, err := host.Open(host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := &server.Server{World: w}
	if err := s.Listen(t.Context(), net.JoinHostPort("127.0.0.1", "0")); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- w.Run(t.Context(), func() { _ = s.Serve(t.Context()) }) }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		_ = w.Close()
	})
	return s.Addr().String()
}

// The picture that the program draws arrives whole over TCP, and is grey over UDP
// exactly where a tile was lost. So does a JPEG, whose pixels are thrown.
func TestTilesOverBoth(t *testing.T) {
	t.Parallel()
	name, data := photograph(t)
	decoded, err := photo.Decode(lab.NewFile("photo.jpg", string(data)))
	if err != nil {
		t.Fatal(err)
	}
	at := serves(t)
	for _, tt := range []struct {
		picture lab.File
		words   []string
	}{
		{photo.DrawPebbles(), []string{"--loss", "5%"}},
		{photo.DrawPebbles(), []string{"--path", "host", "--rate", "1000"}},
		{photo.DrawPebbles(), []string{"--to", at, "--rate", "1000"}},
		{photo.DrawPebbles(), []string{"--to", at, "--rate", "1000", "--reverse"}},
		{decoded, []string{"--loss", "5%", "--tiles", "--size", "1000", "--rate", "500"}},
	} {
		file := tt.picture.Name
		if file == "photo.jpg" {
			file = name
		}
		r, kept := throwsFile(t, file, tt.words...)
		for _, x := range r.Flows {
			grey(t, tt.picture, r.Experiment.Plan(x.Name).Size, x, kept[x.Name])
		}
		if lossy := tt.words[0] == "--loss"; lossy && pick(t, r, lab.UDP).Lost == 0 {
			t.Errorf("%q: UDP lost nothing", tt.words)
		}
	}
}

// grey expects a PNG of the picture, grey in the tiles of the lost stones and nowhere
// else, and of TCP the same SHA-256.
func grey(t *testing.T, f lab.File, size int, x lab.Outcome, data []byte) {
	t.Helper()
	img, err := imagepng.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	want := photo.Came(f, size, func(n uint64) bool { return x.Stones[n-1].Fate == "delivered" })
	if img.Bounds() != want.Bounds() {
		t.Fatalf("%s: %v; want %v", x.Name, img.Bounds(), want.Bounds())
	}
	for y := range f.Height {
		for column := range f.Width {
			if got := color.RGBAModel.Convert(img.At(column, y)); got != want.RGBAAt(column, y) {
				t.Fatalf("%s: pixel %d %d is %v; want %v", x.Name, column, y, got, want.RGBAAt(column, y))
			}
		}
	}
	if x.Caught.Equal != (x.Lost == 0) || x.Is().Ordered && x.Caught.SHA256 != f.SHA256 {
		t.Errorf("%s: %d lost, %+v; the picture has %s", x.Name, x.Lost, x.Caught, f.SHA256)
	}
}

// A result keeps the name of the file: to throw it again the file must exist, be the
// same, and be named.
func TestFileAgain(t *testing.T) {
	name, data := photograph(t)
	kept := filepath.Join(t.TempDir(), "kept.json")
	exec := func(args ...string) (out, wrong string, code int) {
		var o, e bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &o, stderr: &e, run: runAll}
		code = p.exec(t.Context(), args)
		return o.String(), e.String(), code
	}
	if _, wrong, code := exec("throw", "--file", name, "--loss", "2%", "--out", kept); code != 0 {
		t.Fatal(wrong)
	}
	first, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if again, wrong, code := exec("throw", "--experiment", kept, "--file", name, "--json"); code != 0 || again != string(first) {
		t.Errorf("thrown again: exit code %d, %s", code, wrong)
	}
	other := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(other, append([]byte{1}, data[1:]...), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--experiment", kept}, fmt.Sprintf("stones: --experiment %q: it throws a file; if that is meant, say so: --file \"photo.jpg\"\n", kept)},
		{[]string{"--experiment", kept, "--file", other}, fmt.Sprintf("stones: --file %q: not the file that was thrown, which has %d bytes and the SHA-256 %s\n", other, len(data), lab.NewFile("", string(data)).SHA256)},
	} {
		if _, wrong, code := exec(append([]string{"throw"}, tt.args...)...); code != exitInput || wrong != tt.want {
			t.Errorf("%q: exit code %d, %q; want %q", tt.args, code, wrong, tt.want)
		}
	}
}

// A file that is not regular, or too large, is rejected before anything is thrown.
func TestNoFile(t *testing.T) {
	folder := t.TempDir()
	empty, large := filepath.Join(folder, "empty"), filepath.Join(folder, "large")
	for name, size := range map[string]int64{empty: 0, large: lab.MaxFile + 1} {
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
	}
	all := map[string]string{
		folder:                             "a folder, not a file; one file at a time",
		empty:                              "it is empty; there is nothing to throw",
		large:                              "it has 67108865 bytes; allowed 1 to 67108864",
		filepath.Join(folder, "not there"): "no such file or directory",
	}
	if runtime.GOOS == "windows" {
		delete(all, filepath.Join(folder, "not there")) // which it says in its own words
	} else {
		all[os.DevNull] = "not a file; its size must be known beforehand"
	}
	for name, want := range all {
		if _, err := readFile(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
	if f, err := readFile(large[:len(large)-5] + "empty"); err == nil {
		t.Errorf("an empty file was read: %+v", f)
	}
}
