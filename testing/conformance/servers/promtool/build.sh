#!/usr/bin/env bash
# Puts promtool of Debian's package prometheus into DIR/promtool: build.sh DIR. Needs apt-get and
# dpkg-deb, installs nothing; a second call does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
[ -x "$out/promtool" ] && exit 0

# The folder is beside the result, so that the last step is a rename and not a copy.
work=$(mktemp -d "$out/promtool.XXXXXX"); trap 'rm -rf "$work"' EXIT
chmod 755 "$work"; cd "$work"
"$here/../debian-packages.sh" prometheus
dpkg-deb -x prometheus_*.deb package
mv -f package/usr/bin/promtool "$out/promtool"
