// Writes every proto file that the linked Go packages register as one FileDescriptorSet, without source info.
// The packages themselves are linked by imports.go, which hack/dump-descriptors.sh writes.
package main

import (
	"compress/gzip"
	"log"
	"os"
	"sort"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: dump-descriptors FILE.gz")
	}
	var set descriptorpb.FileDescriptorSet
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		description := protodesc.ToFileDescriptorProto(file)
		description.SourceCodeInfo = nil
		set.File = append(set.File, description)
		return true
	})
	// The registry is a map: sorted, the same packages give the same file.
	sort.Slice(set.File, func(i, j int) bool { return set.File[i].GetName() < set.File[j].GetName() })

	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(&set)
	check(err)
	out, err := os.Create(os.Args[1])
	check(err)
	packed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	check(err)
	_, err = packed.Write(data)
	check(err)
	check(packed.Close())
	check(out.Close())
	log.Printf("%d files, %d bytes before compression", len(set.File), len(data))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
