#!/usr/bin/env bash
# Puts a Nacos server into DIR/nacos and its start script DIR/nacos-server: build.sh DIR.
#   nacos-server -Dnacos.home=DIR -Dserver.port=8848   (gRPC on +1000 and +1001, Raft on -1000)
set -euo pipefail
exec "$(dirname "$0")/../maven-jars.sh" nacos "$1" NacosLauncher -Dnacos.standalone=true
