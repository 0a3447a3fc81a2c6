#!/usr/bin/env bash
# Downloads Debian packages into this folder: debian-packages.sh PACKAGE... Installs nothing.
set -euo pipefail
# A machine whose lists of packages are missing or old gets them into the folder, not into its own.
if ! apt-get download -qq "$@" >/dev/null 2>&1; then
  mkdir -p lists/partial
  apt-get update -qq -o Dir::State::lists="$PWD/lists" >/dev/null
  apt-get download -qq -o Dir::State::lists="$PWD/lists" "$@"
fi
