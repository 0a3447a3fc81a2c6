#!/usr/bin/env bash
# Puts a ZooKeeper server 3.4 into DIR/zookeeper34 and its start script DIR/zookeeper34-server:
# build.sh DIR.
#   zookeeper34-server -Dconfig=zoo.cfg
set -euo pipefail
exec "$(dirname "$0")/../maven-jars.sh" zookeeper34 "$1" ZooKeeperLauncher -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
