// Command descriptors writes what Istio itself declares of the types that Fairlead serves: a
// serialized google.protobuf.FileDescriptorSet on standard output, each file after the files that
// it imports. Tests compare it with the .proto files of the module istio-api.
package main

import (
	"fmt"
	"os"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	extensions "istio.io/api/extensions/v1alpha1"
	mcp "istio.io/api/mcp/v1alpha1"
	networking "istio.io/api/networking/v1alpha3"
	proxy "istio.io/api/networking/v1beta1"
	security "istio.io/api/security/v1beta1"
	telemetry "istio.io/api/telemetry/v1alpha1"
)

// collector gathers files, imported ones first, each once.
type collector struct {
	seen  map[string]bool
	files descriptorpb.FileDescriptorSet
}

func (c *collector) add(file protoreflect.FileDescriptor) error {
	if c.seen[file.Path()] {
		return nil
	}
	c.seen[file.Path()] = true
	imports := file.Imports()
	for i := 0; i < imports.Len(); i++ {
		imported := imports.Get(i)
		if imported.IsPlaceholder() {
			return fmt.Errorf("%s imports %s, which is not linked in", file.Path(), imported.Path())
		}
		if err := c.add(imported.FileDescriptor); err != nil {
			return err
		}
	}
	c.files.File = append(c.files.File, protodesc.ToFileDescriptorProto(file))
	return nil
}

func run() error {
	c := collector{seen: map[string]bool{}}
	for _, message := range []proto.Message{
		&mcp.Resource{},
		&networking.DestinationRule{}, &networking.EnvoyFilter{}, &networking.Gateway{},
		&networking.ServiceEntry{}, &networking.Sidecar{}, &networking.VirtualService{},
		&networking.WorkloadEntry{}, &networking.WorkloadGroup{}, &proxy.ProxyConfig{},
		&security.AuthorizationPolicy{}, &security.PeerAuthentication{}, &security.RequestAuthentication{},
		&telemetry.Telemetry{}, &extensions.WasmPlugin{}, &extensions.TrafficExtension{},
	} {
		if err := c.add(message.ProtoReflect().Descriptor().ParentFile()); err != nil {
			return err
		}
	}
	// Equal input, equal bytes: two runs can be compared.
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(&c.files)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(data)
	return err
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "descriptors:", err)
		os.Exit(1)
	}
}
