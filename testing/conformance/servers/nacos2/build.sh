#!/usr/bin/env bash
# Puts a Nacos 2 server into DIR/nacos2 and its start script DIR/nacos2-server: build.sh DIR.
#   nacos2-server -Dnacos.home=DIR -Dserver.port=8848   (gRPC on +1000 and +1001, Raft on -1000)
set -euo pipefail
exec "$(dirname "$0")/../maven-jars.sh" nacos2 "$1" Nacos2Launcher -Dnacos.standalone=true
