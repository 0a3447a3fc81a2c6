# What to do with this project; `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test test-newest-jdk bench soak soak-registries flaky cluster oracles dist image servers format clean

# JAVA_HOME=... on the command line chooses the JDK of the build (17 or later).
ifdef JAVA_HOME
export JAVA_HOME
endif
export IMAGE BASE BUILDER ISTIO_VERSIONS NEWEST_JAVA_HOME SCENARIOS QUICK

MVN ?= mvn -B -ntp
FAIRLEAD := target/fairlead/bin/fairlead
BENCH := testing/bench/target/fairlead-bench-0.1.0-SNAPSHOT.jar
COMMA := ,
SPACE := $(subst ,, )
# The adapters of registries that are reached over a network.
NETWORKED := $(subst $(SPACE),$(COMMA),$(filter-out $(addprefix registries/,api support testkit file), \
  $(patsubst %/pom.xml,%,$(wildcard registries/*/pom.xml))))
# What the distribution is made of.
SOURCES := $(shell find . \( -name .cache -o -name target -o -name .git -o -path ./data \) -prune -o \
  \( -name pom.xml -o -path '*/src/main/*' -o -path './examples/*' \) -type f -print)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(FAIRLEAD) ## run the gateway on examples/quickstart/fairlead.yaml, building what is missing
	$(FAIRLEAD) serve --config examples/quickstart/fairlead.yaml --data data

test: ## run all tests, with real servers where their tools are there
	@scripts/test

test-newest-jdk: ## run the unit tests on the JDK of NEWEST_JAVA_HOME (else a JDK 25 in /usr/lib/jvm)
	@scripts/test-newest-jdk

bench: $(BENCH) ## run the benchmarks (SCENARIOS=start,commit to choose, QUICK=1 for a smoke run)
	@scripts/bench

soak: ## kill a gateway under load 200 times (FAIRLEAD_KILLS=n), as 'make test' does 20 times
	FAIRLEAD_KILLS=$${FAIRLEAD_KILLS:-200} $(MVN) -q verify -pl testing/conformance -am \
	  -Dtest='io.fairlead.conformance.KillLoopTest' -Dsurefire.failIfNoSpecifiedTests=false

flaky: ## run the adapters' contract over links that break each 5, 20 and 60 s, and with 10,000 services
	for run in LINK_PERIOD=5 LINK_PERIOD=20 LINK_PERIOD=60 MANY_SERVICES=10000; do \
	  env FAIRLEAD_$$run $(MVN) -q test -pl $(NETWORKED) -am \
	    -Dtest='*ContractTest,!AdapterContractTest,!LineContractTest' \
	    -Dsurefire.failIfNoSpecifiedTests=false || exit 1; \
	done

cluster: ## run the tests with a cluster of three Nacos servers, one killed, one hung (1.5 GB)
	$(MVN) -q test -pl registries/nacos -am -Dtest=NacosClusterTest -DexcludedGroups= \
	  -Dsurefire.failIfNoSpecifiedTests=false

soak-registries: ## all five registries behind links that break, with restarts, an hour (FAIRLEAD_SOAK_MINUTES=n; QUICK=1: 2)
	FAIRLEAD_SOAK_MINUTES=$${FAIRLEAD_SOAK_MINUTES:-$(if $(QUICK),2,60)} $(MVN) -q verify -pl testing/conformance -am \
	  -Dtest='io.fairlead.conformance.FlakyLinksTest' -Dsurefire.failIfNoSpecifiedTests=false

oracles: ## hold the validation of Istio resources against more istiods (their code compiles for minutes)
	testing/conformance/servers/build.sh .cache/servers \
	  istio-validator-1.20.0 istio-validator-1.24.0 istio-validator-main
	$(MVN) -q test -pl configs/core -am -Dtest=MoreIstiodsTest -DexcludedGroups= \
	  -Dsurefire.failIfNoSpecifiedTests=false

dist: ## make the distribution in target/fairlead
	$(MVN) -q -DskipTests package
	@target/fairlead/bin/fairlead-archive

image: $(FAIRLEAD) ## make the image with docker, podman or buildah (IMAGE=name:tag BASE=image to choose)
	@scripts/image

servers: ## build the real servers for the tests (ISTIO_VERSIONS=all for every istiod)
	@scripts/servers

format: ## format the Java code
	$(MVN) -q spotless:apply

clean: ## remove what was built, but not the servers
	$(MVN) -q clean
	rm -rf target

# Says which module it is at, and what is wrong, of all that Maven prints.
PROGRESS := sed -un -e 's/^\[INFO\] Building \(.*\) [^ ]*SNAPSHOT *\[\(.*\)\]$$/  \2  \1/p' -e '/^\[ERROR\]/p'

$(FAIRLEAD) $(BENCH) &: $(SOURCES)
	@echo "Building Fairlead: about two minutes if the machine has nothing else to do, longer the first time."
	@set -o pipefail; $(MVN) -DskipTests package | $(PROGRESS)
	@touch $(FAIRLEAD) $(BENCH)
