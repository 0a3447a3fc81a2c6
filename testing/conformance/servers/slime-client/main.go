// A config store fed by the library that istiods of the incremental variant link:
//
//	slime-client HOST:PORT HANDLER [REVISION]
//
// HANDLER is the way in which the library is used: "store" for its own handler of a config store,
// "resource" for one that converts each resource itself and, as older releases of the library do,
// refuses one without a creation time. Either way the library ACKs what was refused.
//
// Prints a line for each thing that happens, and after each response a line "holds" with all that
// the store has.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"
	"sync"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/types/known/structpb"
	mcp "istio.io/api/mcp/v1alpha1"
	mesh "istio.io/api/mesh/v1alpha1"
	_ "istio.io/api/networking/v1alpha3"
	"istio.io/istio-mcp/pkg/config/schema/resource"
	mcpclient "istio.io/istio-mcp/pkg/mcp/client"
	xdsclient "istio.io/istio-mcp/pkg/mcp/xds/client"
	"istio.io/istio-mcp/pkg/model"
)

const typeURL = "networking.istio.io/v1alpha3/ServiceEntry"

// store has the version of each resource by name.
type store struct {
	mu       sync.Mutex
	versions map[model.NamespacedName]string
	full     bool
}

func (s *store) list(resource.GroupVersionKind, string) ([]model.NamespacedName, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]model.NamespacedName, 0, len(s.versions))
	for name := range s.versions {
		names = append(names, name)
	}
	return names, nil
}

func (s *store) put(c model.Config) (mcpclient.Change, string, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := model.NamespacedName{Name: c.Name, Namespace: c.Namespace}
	before, known := s.versions[name]
	s.versions[name] = c.ResourceVersion
	switch {
	case !known:
		fmt.Println("add", c.Namespace+"/"+c.Name)
		return mcpclient.ChangeAdd, "", c.ResourceVersion, nil
	case before == c.ResourceVersion:
		return mcpclient.ChangeNoUpdate, before, before, nil
	default:
		fmt.Println("change", c.Namespace+"/"+c.Name)
		return mcpclient.ChangeUpdate, before, c.ResourceVersion, nil
	}
}

func (s *store) remove(_ resource.GroupVersionKind, name, namespace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := model.NamespacedName{Name: name, Namespace: namespace}
	if _, known := s.versions[key]; !known {
		return errors.New("not held: " + namespace + "/" + name)
	}
	delete(s.versions, key)
	fmt.Println("delete", namespace+"/"+name)
	return nil
}

// restart makes the next response one that holds everything.
func (s *store) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = true
}

// take applies a response by hand: whatever has no body is removed.
func (s *store) take(kind resource.GroupVersionKind, configs []*model.Config) error {
	s.mu.Lock()
	full := s.full
	s.full = false
	s.mu.Unlock()
	received := map[model.NamespacedName]bool{}
	for _, c := range configs {
		received[model.NamespacedName{Name: c.Name, Namespace: c.Namespace}] = true
		if c.Spec != nil {
			if _, _, _, err := s.put(*c); err != nil {
				return err
			}
		} else if err := s.remove(kind, c.Name, c.Namespace); err != nil {
			return err
		}
	}
	if full {
		names, _ := s.list(kind, "")
		for _, name := range names {
			if !received[name] {
				if err := s.remove(kind, name.Name, name.Namespace); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *store) print() {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]string, 0, len(s.versions))
	for name, version := range s.versions {
		all = append(all, name.Namespace+"/"+name.Name+"="+version)
	}
	sort.Strings(all)
	fmt.Println(strings.TrimSpace("holds " + strings.Join(all, " ")))
}

// convert is what the library does itself, but for the creation time, which has to be there.
func convert(kind []string, r *mcp.Resource) ([]*model.Config, error) {
	if err := r.GetMetadata().GetCreateTime().CheckValid(); err != nil {
		return nil, fmt.Errorf("%s: create_time: %w", r.GetMetadata().GetName(), err)
	}
	namespace, name, ok := strings.Cut(r.Metadata.Name, "/")
	if !ok {
		return nil, errors.New("no name: " + r.Metadata.Name)
	}
	c := &model.Config{Meta: model.Meta{
		GroupVersionKind:  resource.GroupVersionKind{Group: kind[0], Version: kind[1], Kind: kind[2]},
		Name:              name,
		Namespace:         namespace,
		Labels:            r.Metadata.Labels,
		Annotations:       r.Metadata.Annotations,
		ResourceVersion:   r.Metadata.Version,
		CreationTimestamp: r.Metadata.CreateTime.AsTime(),
	}}
	if r.Body != nil {
		spec, err := r.Body.UnmarshalNew()
		if err != nil {
			return nil, err
		}
		c.Spec = spec
	}
	return []*model.Config{c}, nil
}

// printer prints what the library's client only logs.
type printer struct {
	handler mcpclient.DiscoveryHandler
	store   *store
}

func (p printer) HandleResponse(r *discovery.DiscoveryResponse) error {
	fmt.Println("response", len(r.Resources))
	err := p.handler.HandleResponse(r)
	if err != nil {
		fmt.Println("error", err)
	}
	p.store.print()
	return err
}

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: slime-client HOST:PORT store|resource [REVISION]")
	}
	revision := ""
	if len(os.Args) > 3 {
		revision = os.Args[3]
	}
	s := &store{versions: map[model.NamespacedName]string{}}
	config := &mcpclient.Config{Revision: revision, InitReqTypes: []string{typeURL}}
	client := mcpclient.NewAdsc(config)
	connected := s.restart
	switch os.Args[2] {
	case "store":
		adapter := &mcpclient.ConfigStoreHandlerAdapter{
			A: client, Inc: true, List: s.list, AddOrUpdate: s.put, Del: s.remove,
		}
		config.TypeConfigsHandler = adapter.TypeConfigsHandler
		connected = adapter.Reset
	case "resource":
		config.McpResourceHandler = convert
		config.TypeConfigsHandler = s.take
	default:
		log.Fatal("handler: ", os.Args[2], " (expected: store or resource)")
	}
	meta, err := structpb.NewStruct(map[string]any{"GENERATOR": "api", "ISTIO_REVISION": revision})
	if err != nil {
		log.Fatal(err)
	}
	x, err := xdsclient.New(&mesh.ProxyConfig{DiscoveryAddress: os.Args[1]}, &xdsclient.Config{
		InitialDiscoveryRequests: []*discovery.DiscoveryRequest{{TypeUrl: typeURL}},
		DiscoveryHandler:         printer{client, s},
		Meta:                     meta,
		IP:                       "127.0.0.1",
		StateNotifier: func(state xdsclient.State) {
			if state == xdsclient.StateConnected {
				connected()
			} else {
				fmt.Println("disconnected")
			}
		},
	})
	if err == nil {
		err = x.Run()
	}
	if err != nil {
		log.Fatal(err)
	}
	select {}
}
