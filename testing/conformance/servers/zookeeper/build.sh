#!/usr/bin/env bash
# Puts a ZooKeeper server into DIR/zookeeper and its start script DIR/zookeeper-server: build.sh DIR.
#   zookeeper-server -Dconfig=zoo.cfg
set -euo pipefail
exec "$(dirname "$0")/../maven-jars.sh" zookeeper "$1" ZooKeeperLauncher -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
