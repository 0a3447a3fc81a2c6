#!/usr/bin/env bash
# Puts a Eureka server into DIR/eureka and its start script DIR/eureka-server: build.sh DIR.
#   eureka-server -Dserver.port=8761
set -euo pipefail
exec "$(dirname "$0")/../maven-jars.sh" eureka "$1" EurekaLauncher
