#!/bin/sh
# Becomes a command in a root file system as a strict cluster runs it: read-only, as the image's user,
# with a volume and a configuration; to be started by "unshare --mount", so that no mount stays.
#   read-only-container.sh ROOT USER:GROUP VOLUME CONFIGURATION PATH COMMAND...
set -eu
root=$1 user=$2 volume=$3 configuration=$4 path=$5
shift 5
mount --bind "$root" "$root"
mount --bind "$configuration" "$root/etc/fairlead"
mount -o remount,ro,bind "$root/etc/fairlead"
mount --bind "$volume" "$root/var/lib/fairlead"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,ro,bind "$root"
exec "$(command -v chroot)" --userspec="$user" "$root" /usr/bin/env -i PATH="$path" "$@"
