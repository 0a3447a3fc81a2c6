// The versions of everything are those of an istiod: build.sh builds with -modfile=../istiod/VERSION/go.mod.
module fairlead.io/conformance/istio-validator

go 1.22
