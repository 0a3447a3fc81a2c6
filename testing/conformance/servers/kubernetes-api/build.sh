#!/usr/bin/env bash
# Puts what describes the Kubernetes API into DIR/kubernetes-api: build.sh DIR. swagger.json is that
# of the API server that tests start, crds/ has the definitions of the custom kinds that the chart
# makes. Both are in Go modules, which are downloaded and not built; a second call does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); out=$(mkdir -p "$1" && cd "$1" && pwd)
stamp=$(cat "$here/build.sh" "$here/../kubernetes/go.mod" | sha256sum | cut -d' ' -f1)
[ "$(cat "$out/kubernetes-api/stamp" 2>/dev/null)" = "$stamp" ] && exit 0

folder_of() { sed -n 's/.*"Dir": "\(.*\)",\{0,1\}$/\1/p'; }

# module MODULE@VERSION SUM: prints the module's folder. The sum is compared here, as there is no go.sum.
module() {
  local said; said=$(cd / && GOSUMDB=off go mod download -json "$1")
  grep -qF "\"Sum\": \"$2\"" <<<"$said" || { echo "$1: other content than expected: $said" >&2; return 1; }
  folder_of <<<"$said"
}

work=$(mktemp -d "$out/kubernetes-api.XXXXXX"); trap 'rm -rf "$work"' EXIT
chmod 755 "$work"; mkdir "$work/crds"
folder=$(cd "$here/../kubernetes" && go mod download -json k8s.io/kubernetes | folder_of)
cp "$folder/api/openapi-spec/swagger.json" "$work/"
folder=$(module github.com/prometheus-operator/prometheus-operator@v0.85.0 h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=)
cp "$folder/example/prometheus-operator-crd"/monitoring.coreos.com_{servicemonitors,prometheusrules}.yaml "$work/crds/"
folder=$(module github.com/cert-manager/cert-manager@v1.19.0 h1:pPKtK06zPriliwq7B12xa7DGKbc4SvnfOjE0BXaAspk=)
cp "$folder/deploy/crds/cert-manager.io_certificates.yaml" "$work/crds/"
folder=$(cd "$here/../istiod/1.27.0" && go mod download -json istio.io/istio | folder_of)
cp "$folder/manifests/charts/base/files/crd-all.gen.yaml" "$work/istio.yaml"
chmod -R u+w "$work"
echo "$stamp" >"$work/stamp"
rm -rf "$out/kubernetes-api"; mv "$work" "$out/kubernetes-api"
