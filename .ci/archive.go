//go:build ignore

// Archive packs a folder: archive DIR FILE.tar.gz or FILE.zip. All files in it are of
// the time SOURCE_DATE_EPOCH, of nobody, and in the order of their names, so that
// equal files make equal archives.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: archive DIR FILE")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "archive:", err)
		os.Exit(1)
	}
}

// pack packs a folder into a file.
func pack(dir, file string) (err error) {
	epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	when := time.Unix(epoch, 0).UTC()
	if strings.HasSuffix(file, ".zip") {
		z := zip.NewWriter(f)
		return errors.Join(each(dir, func(name string, mode fs.FileMode, data []byte) error {
			h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: when}
			h.SetMode(mode)
			w, err := z.CreateHeader(h)
			if err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		}), z.Close())
	}
	g, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(g)
	return errors.Join(each(dir, func(name string, mode fs.FileMode, data []byte) error {
		h := &tar.Header{Name: name, Mode: int64(mode), Size: int64(len(data)), ModTime: when, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.Copy(t, strings.NewReader(string(data)))
		return err
	}), t.Close(), g.Close())
}

// each gives every file of a folder to do, by its name from above the folder.
func each(dir string, do func(name string, mode fs.FileMode, data []byte) error) error {
	top := os.DirFS(dir)
	return fs.WalkDir(top, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(top, name)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if base := path.Base(name); base == "stones" || base == "stones.exe" {
			mode = 0o755
		}
		return do(path.Join(filepath.Base(dir), name), mode, data)
	})
}
