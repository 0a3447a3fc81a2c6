#!/usr/bin/env bash
# Unpacks the root file system of a small Debian with Java 17 into DIR/image-base: build.sh DIR. The
# tests make the gateway's image on it. Needs apt-get and dpkg-deb, installs nothing; a second call
# without a change does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# The Java, and what it and a shell script need.
packages=(base-files libc6 libgcc-s1 libstdc++6 zlib1g dash coreutils mawk sed grep
  libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10 openjdk-17-jre-headless)
recipe=1
out=$(mkdir -p "$1" && cd "$1" && pwd)
[ "$(cat "$out/image-base.recipe" 2>/dev/null)" = "$recipe" ] && [ -x "$out/image-base" ] && exit 0

# The folder is beside the result, so that the last step is a rename and not a copy.
work=$(mktemp -d "$out/image-base.XXXXXX"); trap 'rm -rf "$work"' EXIT
chmod 755 "$work"; cd "$work"
"$here/../debian-packages.sh" "${packages[@]}"
mkdir root
for package in *.deb; do dpkg-deb -x "$package" root; done
# What the packages' own scripts would do.
ln -s mawk root/usr/bin/awk
java=(root/usr/lib/jvm/java-17-openjdk-*/bin/java)
ln -s "/${java[0]#root/}" root/usr/bin/java
echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
rm -rf root/usr/share/doc root/usr/share/man
rm -rf "$out/image-base"
mv root "$out/image-base"
echo "$recipe" >"$out/image-base.recipe"
