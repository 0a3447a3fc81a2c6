#!/usr/bin/env bash
# Puts a server that comes as jars from Maven Central into OUT/NAME (jars, launcher, class path) and
# its start script OUT/NAME-server, whose arguments go to the JVM:
#   maven-jars.sh NAME OUT MAIN-CLASS [JVM-OPTION ...]
# NAME is the folder beside this script with the POM and the launcher. Once the jars are in the local
# Maven repository no network is needed; a second call without a change does nothing.
set -euo pipefail
name=$1 main=$3
here=$(cd "$(dirname "$0")" && pwd); out=$(mkdir -p "$2" && cd "$2" && pwd); shift 3
stamp=$( (cat "$here/maven-jars.sh"; cd "$here/$name"; find build.sh pom.xml src -type f | LC_ALL=C sort | xargs sha256sum) | sha256sum | cut -d' ' -f1)
[ -x "$out/$name-server" ] && [ "$(cat "$out/$name/stamp" 2>/dev/null)" = "$stamp" ] && exit 0

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cp -r "$here/$name/pom.xml" "$here/$name/src" "$work/"
build() { (cd "$work" && mvn -q -B "$@" process-classes); }
build -o 2>"$work/offline.log" >&2 || build

rm -rf "$out/$name.tmp"; mkdir "$out/$name.tmp"
mv "$work/target/classes" "$work/target/lib" "$work/target/classpath" "$out/$name.tmp/"
echo "$stamp" >"$out/$name.tmp/stamp"
rm -rf "${out:?}/$name"; mv "$out/$name.tmp" "$out/$name"

cat >"$out/$name-server.tmp" <<SCRIPT
#!/usr/bin/env bash
# Starts the server beside this script; arguments go to the JVM.
set -euo pipefail
here=\$(cd "\$(dirname "\$0")" && pwd)/$name
java=\${JAVA_HOME:+\$JAVA_HOME/bin/}java
classpath=\$here/classes:\$(sed "s#[^:]*#\$here/&#g" "\$here/classpath")
exec "\$java" $* "\$@" -cp "\$classpath" $main
SCRIPT
chmod +x "$out/$name-server.tmp"; mv "$out/$name-server.tmp" "$out/$name-server"
