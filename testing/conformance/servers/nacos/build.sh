#!/usr/bin/env bash
# Puts a Nacos server from Maven Central into DIR/nacos (jars, launcher, class path) and its start
# script DIR/nacos-server: build.sh DIR. Once the jars are in the local Maven repository no network
# is needed; a second call without a change does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); out=$(mkdir -p "$1" && cd "$1" && pwd)
stamp=$(cd "$here" && find build.sh pom.xml src -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)
[ -x "$out/nacos-server" ] && [ "$(cat "$out/nacos/stamp" 2>/dev/null)" = "$stamp" ] && exit 0

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cp -r "$here/pom.xml" "$here/src" "$work/"
build() { (cd "$work" && mvn -q -B "$@" process-classes); }
build -o 2>"$work/offline.log" >&2 || build

rm -rf "$out/nacos.tmp"; mkdir "$out/nacos.tmp"
mv "$work/target/classes" "$work/target/lib" "$work/target/classpath" "$out/nacos.tmp/"
echo "$stamp" >"$out/nacos.tmp/stamp"
rm -rf "$out/nacos"; mv "$out/nacos.tmp" "$out/nacos"

cat >"$out/nacos-server.tmp" <<'SCRIPT'
#!/usr/bin/env bash
# Starts the Nacos server beside this script; arguments go to the JVM:
#   nacos-server -Dnacos.home=DIR -Dserver.port=8848   (gRPC on +1000 and +1001, Raft on -1000)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)/nacos
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classpath=$here/classes:$(sed "s#[^:]*#$here/&#g" "$here/classpath")
exec "$java" -Dnacos.standalone=true "$@" -cp "$classpath" NacosLauncher
SCRIPT
chmod +x "$out/nacos-server.tmp"; mv "$out/nacos-server.tmp" "$out/nacos-server"
