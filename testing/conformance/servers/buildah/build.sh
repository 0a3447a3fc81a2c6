#!/usr/bin/env bash
# Puts Debian's buildah, which makes images without a daemon, into DIR/buildah: build.sh DIR. Needs
# apt-get and dpkg-deb, installs nothing; a second call without a move of DIR does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=(buildah libassuan0 libdevmapper1.02.1 libgpg-error0 libgpgme11 libseccomp2 patchelf)
out=$(mkdir -p "$1" && cd "$1" && pwd -P)
[ "$(cat "$out/buildah.place" 2>/dev/null)" = "$out" ] && [ -x "$out/buildah" ] && exit 0

work=$(mktemp -d "$out/buildah.XXXXXX"); trap 'rm -rf "$work"' EXIT
chmod 755 "$work"; cd "$work"
"$here/../debian-packages.sh" "${packages[@]}"
for package in *.deb; do dpkg-deb -x "$package" files; done
mkdir buildah-files
mv files/usr/bin/buildah files/usr/lib/*-linux-gnu/lib*.so.* files/lib/*-linux-gnu/lib*.so.* buildah-files
# It starts itself anew from memory with an empty environment: the place of its libraries has to stand
# in the file, as a whole path.
files/usr/bin/patchelf --force-rpath --set-rpath "$out/buildah-files" buildah-files/buildah
# Without a registry and signatures to trust: the tests have their own base.
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >buildah-files/policy.json
cat >command <<'END'
#!/bin/sh
# Runs buildah without a registry's settings; BUILDAH_STORAGE has options about where images are.
files=$(CDPATH= cd -- "$(dirname "$0")" && pwd)/buildah-files
export BUILDAH_ISOLATION=chroot
case ${1:-} in
  from | bud | commit) command=$1; shift; set -- "$command" --signature-policy "$files/policy.json" "$@" ;;
esac
# shellcheck disable=SC2086 # options are words
exec "$files/buildah" ${BUILDAH_STORAGE:-} "$@"
END
chmod 755 command
rm -rf "$out/buildah-files"
mv buildah-files "$out"
mv command "$out/buildah"
echo "$out" >"$out/buildah.place"
