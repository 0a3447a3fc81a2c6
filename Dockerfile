# The image of the gateway, made from the distribution in target/fairlead (make image does both).
# BASE is any Linux with Java 17 or later, a shell and awk.
ARG BASE=docker.io/library/eclipse-temurin:17-jre
FROM ${BASE}
ARG BASE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Fairlead" \
      org.opencontainers.image.description="Mirrors service registries into Istio configuration and serves it to istiod over MCP-over-xDS" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"

COPY target/fairlead /opt/fairlead
COPY LICENSE /opt/fairlead/LICENSE
# The archive is good for this Java in this folder only, so it is made here. The one user is a
# number: a cluster that forbids root can tell that it is not root.
RUN /opt/fairlead/bin/fairlead-archive && \
    mkdir -p /etc/fairlead /var/lib/fairlead && \
    chown 65532:65532 /var/lib/fairlead && \
    chmod -R a+rX /opt/fairlead

ENV PATH=/opt/fairlead/bin:/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 65532:65532
WORKDIR /var/lib/fairlead
# The store, and nothing else: the root file system may be read-only.
VOLUME /var/lib/fairlead
# istiods, and the admin port with /livez, /readyz, /metrics and the console.
EXPOSE 15010 15014
# It becomes the Java process, so that signals reach the gateway.
ENTRYPOINT ["/opt/fairlead/bin/fairlead"]
CMD ["serve", "--config", "/etc/fairlead/fairlead.yaml", "--data", "/var/lib/fairlead"]
