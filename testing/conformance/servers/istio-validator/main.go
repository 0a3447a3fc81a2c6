// Command istio-validator says whether this version of istiod accepts resources. Each line of the
// input is a question; each line of the output that begins with {"accepted" is its answer, in the
// same order. Other lines are what Istio's code logs.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"google.golang.org/protobuf/proto"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
)

// A question is a document in Kubernetes form and, if a gateway accepts it, the bytes that it serves.
type question struct {
	Document string `json:"document"`
	Served   *[]byte `json:"served"`
}

// An answer says whether the document is accepted, and whether what is served is the same.
type answer struct {
	Accepted bool   `json:"accepted"`
	Error    string `json:"error,omitempty"`
	// What is served is accepted; empty if nothing is served.
	ServedError string `json:"servedError,omitempty"`
	Same        bool   `json:"same"`
}

type object struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   metav1.ObjectMeta `json:"metadata"`
	Spec       json.RawMessage   `json:"spec"`
}

func main() {
	schemas := map[string]resource.Schema{}
	for _, schema := range collections.Pilot.All() {
		schemas[schema.Kind()] = schema
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var q question
		a := answer{}
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			a.Error = "question: " + err.Error()
		} else {
			a = ask(schemas, q)
		}
		if err := out.Encode(a); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func ask(schemas map[string]resource.Schema, q question) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a.Accepted, a.Error = false, fmt.Sprintf("panic: %v", p)
		}
	}()
	var o object
	if err := yaml.Unmarshal([]byte(q.Document), &o); err != nil {
		a.Error = "form: " + err.Error()
		return a
	}
	schema, found := schemas[o.Kind]
	if !found {
		a.Error = "no such kind: " + o.Kind
		return a
	}
	spec, err := schema.NewInstance()
	if err != nil {
		a.Error = err.Error()
		return a
	}
	if len(o.Spec) > 0 && string(o.Spec) != "null" {
		if err := config.ApplyJSON(spec, string(o.Spec)); err != nil {
			a.Error = "spec: " + err.Error()
			return a
		}
	}
	if err := validate(schema, o, spec); err != nil {
		a.Error = err.Error()
		return a
	}
	a.Accepted = true
	if q.Served != nil {
		served, _ := schema.NewInstance()
		if err := proto.Unmarshal(*q.Served, served.(proto.Message)); err != nil {
			a.ServedError = err.Error()
			return a
		}
		if err := validate(schema, o, served); err != nil {
			a.ServedError = err.Error()
		}
		a.Same = proto.Equal(spec.(proto.Message), served.(proto.Message))
	}
	return a
}

func validate(schema resource.Schema, o object, spec config.Spec) error {
	namespace := o.Metadata.Namespace
	if namespace == "" {
		namespace = "default"
	}
	_, err := schema.ValidateConfig(config.Config{
		Meta: config.Meta{
			GroupVersionKind: schema.GroupVersionKind(),
			Name:             o.Metadata.Name,
			Namespace:        namespace,
			Labels:           o.Metadata.Labels,
			Annotations:      o.Metadata.Annotations,
		},
		Spec: spec,
	})
	return err
}
