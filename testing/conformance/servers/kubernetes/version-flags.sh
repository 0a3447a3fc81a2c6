#!/usr/bin/env bash
# Prints the linker flags that give the commands of k8s.io/kubernetes their version: without them
# they say v0.0.0-master+$Format:%H$, which kubectl, Helm and istiod cannot read.
set -euo pipefail
cd "$(dirname "$0")"
version=$(sed -n 's/^require k8s.io\/kubernetes v//p' go.mod)
minor=${version#1.} minor=${minor%%.*}
server=k8s.io/component-base/version client=k8s.io/client-go/pkg/version
echo "-X $server.gitVersion=v$version -X $server.gitMajor=1 -X $server.gitMinor=$minor" \
  "-X $server.gitTreeState=clean -X $server.gitCommit=0000000000000000000000000000000000000000" \
  "-X $server.buildDate=1970-01-01T00:00:00Z -X $client.gitVersion=v$version"
