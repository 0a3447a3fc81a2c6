package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.common.Causes;
import io.fairlead.server.cli.MeshCheck.Source;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.config.ListenerTls;
import io.fairlead.server.tls.Certificates;
import io.fairlead.server.xds.ClientAuth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A comparison of the {@code tlsSettings} of an istiod's sources with the TLS of the gateway: both
 * have to speak it, and the istiod has to take the gateway's certificate. Stateless but for what it
 * refers to.
 */
final class MeshTlsCheck {
  private final MeshCheck mesh;
  private final GatewayConfig.Xds own;

  /**
   * @param mesh takes what is wrong
   */
  MeshTlsCheck(MeshCheck mesh, GatewayConfig.Xds own) {
    this.mesh = mesh;
    this.own = own;
  }

  /** Compares those sources of the istiod that are the gateway's. */
  void check(String subject, List<Source> sources) {
    List<Source> secure = sources.stream().filter(this::isSecure).toList();
    report(
        sources,
        source -> !isSecure(source) && !source.mode().equals("DISABLE"),
        subject,
        "The gateway speaks plaintext there, and the istiod has tlsSettings for it, with port ",
        "Remove the tlsSettings, or give the gateway xds.tls.");
    // Any other mode is plaintext for istiod, without a word.
    report(
        secure,
        source -> !source.mode().equals("SIMPLE"),
        subject,
        "The gateway speaks TLS there, and istiod speaks plaintext in every mode but SIMPLE, with"
            + " port ",
        "Take the tlsSettings that this command prints. Before version 1.26 istiod speaks no TLS to"
            + " a source.");
    ListenerTls tls = own.tls();
    if (tls == null || secure.isEmpty()) {
      return;
    }
    if (tls.effectiveClientAuth() == ClientAuth.REQUIRE) {
      mesh.problem(
          subject,
          "xds.tls wants a certificate of each client, and a stock istiod has none to show.",
          "Set clientAuth: optional, or put a proxy beside istiod that shows one.");
    }
    try {
      certificate(subject, secure, Certificates.read(tls.certificate()));
    } catch (IOException e) {
      mesh.unseen("whether the istiod takes the gateway's certificate: " + Causes.of(e));
    }
  }

  private boolean isSecure(Source source) {
    return own.tls() != null
        && own.plaintext().map(HostPort::port).filter(port -> port == source.port()).isEmpty();
  }

  private void certificate(String subject, List<Source> sources, List<X509Certificate> chain) {
    X509Certificate first = chain.get(0);
    report(
        sources,
        source -> !Certificates.isFor(first, name(source)),
        subject,
        "The gateway's certificate is for "
            + String.join(", ", names(first))
            + ", and not for the name that the istiod expects, "
            + sources.stream()
                .map(MeshTlsCheck::name)
                .distinct()
                .limit(1)
                .collect(Collectors.joining())
            + ", with port ",
        "Make a certificate for that name, or say another one by sni.");
    report(
        sources,
        // A Secret with it cannot be seen from here.
        source ->
            source.tls().has("caCertificates")
                && authorities(source).filter(all -> isSignedByOneOf(chain, all)).isEmpty(),
        subject,
        "The istiod trusts another authority than the one that signed the gateway's certificate,"
            + " with port ",
        "Take the caCertificates that this command prints. istiod reads them at its start only.");
  }

  private static List<String> names(X509Certificate certificate) {
    Set<String> names = new TreeSet<>(Certificates.dnsNames(certificate));
    names.addAll(Certificates.addresses(certificate));
    return names.isEmpty() ? List.of("no name") : List.copyOf(names);
  }

  private static String name(Source source) {
    return source.tls().path("sni").asText(source.host());
  }

  private static boolean isSignedByOneOf(
      List<X509Certificate> chain, List<X509Certificate> authorities) {
    // One that is there as it is needs no authority.
    return chain.stream()
        .anyMatch(one -> authorities.contains(one) || Certificates.isSignedBy(one, authorities));
  }

  // Empty if what is there is no certificate.
  private static Optional<List<X509Certificate>> authorities(Source source) {
    JsonNode text = source.tls().path("caCertificates");
    try {
      return Optional.of(Certificates.parse(text.asText().getBytes(StandardCharsets.UTF_8)));
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  private void report(
      List<Source> sources,
      Predicate<Source> isWrong,
      String subject,
      String message,
      String advice) {
    Set<Integer> ports =
        sources.stream()
            .filter(isWrong)
            .map(Source::port)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!ports.isEmpty()) {
      mesh.problem(subject, message + MeshCheck.listed(ports) + ".", advice);
    }
  }
}
