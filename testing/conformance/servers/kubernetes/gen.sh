#!/usr/bin/env bash
# Writes go.mod for the commands of a release of Kubernetes: gen.sh 1.37.2. The parts that its own
# go.mod takes from folders are replaced by their releases.
set -euo pipefail
cd "$(dirname "$0")"
version=$1 parts="v0.${1#1.}"
theirs=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"GoMod": "\(.*\)",/\1/p')
{
  printf 'module fairlead.io/conformance/kubernetes\n\n'
  sed -n 's/^go /go /p' "$theirs"
  printf '\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$version"
  sed -n 's#^\t\(k8s.io/[^ ]*\) => ./staging.*#\t\1 => \1 '"$parts"'#p' "$theirs"
  echo ")"
} >go.mod
