#!/usr/bin/env bash
# Puts a Dubbo 3 provider into DIR/dubbo and its start script DIR/dubbo-server: build.sh DIR.
#   dubbo-server -Dregistry=zookeeper://127.0.0.1:2181 -Dport=20880
set -euo pipefail
exec "$(dirname "$0")/../maven-jars.sh" dubbo "$1" demo.Provider -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
