package io.fairlead.configs.validation;

import com.google.protobuf.Duration;
import io.fairlead.istio.networking.v1alpha3.ClientTLSSettings;
import io.fairlead.istio.networking.v1alpha3.ConnectionPoolSettings;
import io.fairlead.istio.networking.v1alpha3.LoadBalancerSettings;
import io.fairlead.istio.networking.v1alpha3.OutlierDetection;
import io.fairlead.istio.networking.v1alpha3.TrafficPolicy;
import io.fairlead.istio.networking.v1alpha3.WarmupConfiguration;
import java.util.Set;

/** The rules of a traffic policy. */
final class TrafficPolicyRules {
  private static final long MAX_TABLE = 5_000_011;
  private static final String CONFIG_MAP = "configmap://";

  private final String namespace;

  /**
   * @param namespace of the resource that has the policy
   */
  TrafficPolicyRules(String namespace) {
    this.namespace = namespace;
  }

  void check(TrafficPolicy policy, Spot at) {
    boolean hasOlder =
        policy.hasOutlierDetection()
            || policy.hasConnectionPool()
            || policy.hasLoadBalancer()
            || policy.hasTls()
            || policy.getPortLevelSettingsCount() > 0
            || policy.hasTunnel();
    if (!hasOlder && !policy.hasProxyProtocol()) {
      at.refuse(
          policy.hasRetryBudget() ? "a policy with a retryBudget only" : "an empty policy",
          "loadBalancer, connectionPool, outlierDetection, tls or portLevelSettings");
      return;
    }
    if (!hasOlder) {
      at.refuseForOlder("proxyProtocol alone", "another setting beside it");
    }
    if (policy.hasTunnel() && policy.hasProxyProtocol()) {
      at.at("proxyProtocol").refuse("proxyProtocol beside tunnel", "one of the two");
      return;
    }
    checkSettings(
        policy.hasOutlierDetection(),
        policy.getOutlierDetection(),
        policy.hasConnectionPool(),
        policy.getConnectionPool(),
        policy.getLoadBalancer(),
        policy.getTls(),
        at);
    at.each("portLevelSettings", policy.getPortLevelSettingsList(), this::checkPort);
    if (policy.hasTunnel()) {
      checkTunnel(policy.getTunnel(), at.at("tunnel"));
    }
  }

  private void checkPort(TrafficPolicy.PortTrafficPolicy policy, Spot at) {
    if (!policy.hasPort()) {
      at.refuse("no port", "port with a number");
    }
    if (!policy.hasOutlierDetection()
        && !policy.hasConnectionPool()
        && !policy.hasLoadBalancer()
        && !policy.hasTls()) {
      at.refuse("an empty policy", "loadBalancer, connectionPool, outlierDetection or tls");
      return;
    }
    checkSettings(
        policy.hasOutlierDetection(),
        policy.getOutlierDetection(),
        policy.hasConnectionPool(),
        policy.getConnectionPool(),
        policy.getLoadBalancer(),
        policy.getTls(),
        at);
  }

  private void checkSettings(
      boolean hasOutlierDetection,
      OutlierDetection outlierDetection,
      boolean hasPool,
      ConnectionPoolSettings pool,
      LoadBalancerSettings balancer,
      ClientTLSSettings tls,
      Spot at) {
    checkOutlierDetection(outlierDetection, at.at("outlierDetection"));
    if (hasPool) {
      checkPool(pool, at.at("connectionPool"));
    }
    checkBalancer(balancer, hasOutlierDetection, at.at("loadBalancer"));
    checkTls(tls, at.at("tls"));
  }

  private static void checkTunnel(TrafficPolicy.TunnelSettings tunnel, Spot at) {
    if (!Set.of("", "CONNECT", "POST").contains(tunnel.getProtocol())) {
      at.at("protocol").refuse(tunnel.getProtocol(), "CONNECT or POST");
    }
    String host = tunnel.getTargetHost();
    if (!Hosts.isName(host) && !Hosts.isIp(host)) {
      at.at("targetHost").refuse(host, Hosts.NAME_FORM + " or an IP address");
    }
    Ports.check(tunnel.getTargetPort(), at.at("targetPort"));
  }

  private static void checkOutlierDetection(OutlierDetection detection, Spot at) {
    checkDuration(
        detection.hasBaseEjectionTime(),
        detection.getBaseEjectionTime(),
        at.at("baseEjectionTime"));
    checkDuration(detection.hasInterval(), detection.getInterval(), at.at("interval"));
    if (detection.getConsecutiveErrors() != 0) {
      at.at("consecutiveErrors")
          .warn(
              "consecutiveErrors, which is deprecated",
              "consecutiveGatewayErrors or consecutive5xxErrors");
    }
    if (!detection.getSplitExternalLocalOriginErrors()
        && detection.getConsecutiveLocalOriginFailures().getValue() != 0) {
      at.at("consecutiveLocalOriginFailures")
          .refuse("set", "splitExternalLocalOriginErrors: true beside it");
    }
    Checks.percent(detection.getMaxEjectionPercent(), at.at("maxEjectionPercent"));
    Checks.percent(detection.getMinHealthPercent(), at.at("minHealthPercent"));
  }

  private static void checkDuration(boolean isThere, Duration duration, Spot at) {
    if (isThere) {
      Checks.duration(duration, at);
    }
  }

  static void checkPool(ConnectionPoolSettings pool, Spot at) {
    if (!pool.hasHttp() && !pool.hasTcp()) {
      at.refuse("an empty pool", "http or tcp");
      return;
    }
    ConnectionPoolSettings.HTTPSettings http = pool.getHttp();
    Spot httpAt = at.at("http");
    Checks.notNegative(http.getHttp1MaxPendingRequests(), httpAt.at("http1MaxPendingRequests"));
    Checks.notNegative(http.getHttp2MaxRequests(), httpAt.at("http2MaxRequests"));
    Checks.notNegative(http.getMaxRequestsPerConnection(), httpAt.at("maxRequestsPerConnection"));
    Checks.notNegative(http.getMaxRetries(), httpAt.at("maxRetries"));
    Checks.notNegative(http.getMaxConcurrentStreams(), httpAt.at("maxConcurrentStreams"));
    checkDuration(http.hasIdleTimeout(), http.getIdleTimeout(), httpAt.at("idleTimeout"));
    if (http.getH2UpgradePolicy() == ConnectionPoolSettings.HTTPSettings.H2UpgradePolicy.UPGRADE
        && http.getUseClientProtocol()) {
      httpAt.at("useClientProtocol").refuse("true", "false, or no h2UpgradePolicy: UPGRADE");
    }
    ConnectionPoolSettings.TCPSettings tcp = pool.getTcp();
    Spot tcpAt = at.at("tcp");
    Checks.notNegative(tcp.getMaxConnections(), tcpAt.at("maxConnections"));
    checkDuration(tcp.hasConnectTimeout(), tcp.getConnectTimeout(), tcpAt.at("connectTimeout"));
    checkDuration(
        tcp.hasMaxConnectionDuration(),
        tcp.getMaxConnectionDuration(),
        tcpAt.at("maxConnectionDuration"));
    if (tcp.hasIdleTimeout() && isBelowMilli(tcp.getIdleTimeout())) {
      // No time at all turns it off.
      tcpAt.at("idleTimeout").refuseForOlder("less than 1ms", "at least 1ms");
    } else {
      checkDuration(tcp.hasIdleTimeout(), tcp.getIdleTimeout(), tcpAt.at("idleTimeout"));
    }
    ConnectionPoolSettings.TCPSettings.TcpKeepalive keepalive = tcp.getTcpKeepalive();
    Spot keepaliveAt = tcpAt.at("tcpKeepalive");
    checkDuration(keepalive.hasTime(), keepalive.getTime(), keepaliveAt.at("time"));
    checkDuration(keepalive.hasInterval(), keepalive.getInterval(), keepaliveAt.at("interval"));
  }

  private static boolean isBelowMilli(Duration duration) {
    return duration.getSeconds() == 0 && Math.abs(duration.getNanos()) < 1_000_000;
  }

  private static void checkBalancer(
      LoadBalancerSettings balancer, boolean hasOutlierDetection, Spot at) {
    checkHash(balancer.getConsistentHash(), at.at("consistentHash"));
    if (balancer.hasLocalityLbSetting()) {
      LocalityRules.check(
          balancer.getLocalityLbSetting(), hasOutlierDetection, at.at("localityLbSetting"));
    }
    if (balancer.hasWarmup()) {
      checkWarmup(balancer.getWarmup(), at.at("warmup"));
    }
  }

  private static void checkHash(LoadBalancerSettings.ConsistentHashLB hash, Spot at) {
    if (hash.hasHttpCookie()) {
      if (hash.getHttpCookie().getName().isEmpty()) {
        at.at("httpCookie").refuse("no name", "the name of a cookie");
      }
      if (!hash.getHttpCookie().hasTtl()) {
        at.at("httpCookie").refuseForOlder("no ttl", "ttl, also 0s");
      }
    }
    if (hash.getMinimumRingSize() != 0) {
      at.at("minimumRingSize").warn("minimumRingSize, which is deprecated", "ringHash");
      if (hash.hasRingHash() || hash.hasMaglev()) {
        at.at("minimumRingSize").refuse("it stands beside ringHash or maglev", "one of them");
      }
    }
    if (hash.hasMaglev()) {
      long size = hash.getMaglev().getTableSize();
      if (size <= 0 || size >= MAX_TABLE || !isPrime(size)) {
        at.at("maglev")
            .at("tableSize")
            .refuse(Long.toUnsignedString(size), "a prime number below " + MAX_TABLE);
      }
    }
  }

  private static boolean isPrime(long number) {
    if (number < 4) {
      return number > 0;
    }
    if (number % 2 == 0) {
      return false;
    }
    for (long factor = 3; factor * factor <= number; factor += 2) {
      if (number % factor == 0) {
        return false;
      }
    }
    return true;
  }

  private static void checkWarmup(WarmupConfiguration warmup, Spot at) {
    if (warmup.hasDuration()) {
      Checks.duration(warmup.getDuration(), at.at("duration"));
    } else {
      at.refuse("no duration", GoDuration.FORM);
    }
    if (warmup.getMinimumPercent().getValue() > 100) {
      at.at("minimumPercent")
          .refuse(Double.toString(warmup.getMinimumPercent().getValue()), "at most 100");
    }
    if (warmup.hasAggression() && warmup.getAggression().getValue() < 1) {
      at.at("aggression").refuse(Double.toString(warmup.getAggression().getValue()), "at least 1");
    }
  }

  private void checkTls(ClientTLSSettings tls, Spot at) {
    boolean isSimple = tls.getMode() == ClientTLSSettings.TLSmode.SIMPLE;
    boolean isMutual = tls.getMode() == ClientTLSSettings.TLSmode.MUTUAL;
    String credential = tls.getCredentialName();
    boolean hasCredential = !credential.isEmpty();
    if (credential.startsWith(CONFIG_MAP)) {
      checkConfigMap(credential, at.at("credentialName"));
    }
    if (tls.getInsecureSkipVerify().getValue()) {
      boolean verifies = !tls.getCaCertificates().isEmpty() || tls.getSubjectAltNamesCount() > 0;
      if ((isSimple && (verifies || hasCredential)) || (isMutual && verifies)) {
        at.at("insecureSkipVerify").refuse("true", "false, or nothing to verify with beside it");
      }
    }
    if ((isSimple || isMutual) && hasCredential) {
      if (!tls.getClientCertificate().isEmpty()
          || !tls.getCaCertificates().isEmpty()
          || !tls.getPrivateKey().isEmpty()
          || !tls.getCaCrl().isEmpty()) {
        at.at("credentialName").refuse("it stands beside files", "one of the two");
      }
      return;
    }
    if (isMutual && tls.getClientCertificate().isEmpty()) {
      at.refuse("no clientCertificate", "one, as the mode is MUTUAL");
    }
    if (isMutual && tls.getPrivateKey().isEmpty()) {
      at.refuse("no privateKey", "one, as the mode is MUTUAL");
    }
  }

  private void checkConfigMap(String credential, Spot at) {
    String name = credential.substring(CONFIG_MAP.length());
    String[] parts = name.split("/", -1);
    boolean isThere = parts.length == 2 && parts[0].equals(namespace) && !parts[1].isEmpty();
    if (!isThere) {
      at.refuse(credential, CONFIG_MAP + namespace + "/NAME");
    }
  }
}
