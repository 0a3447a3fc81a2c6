package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.server.config.ListenerTls;
import io.fairlead.server.tls.Certificates;
import io.fairlead.server.xds.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@code tlsSettings} of a config source, as a stock istiod takes them: it knows the mode
 * SIMPLE only, with the authority's certificates as text. For any other mode it speaks plaintext.
 */
final class TlsSettings {
  private final ListenerTls tls;
  private final String host;
  private final Optional<Path> ca;
  private final String credentialName;
  private final Consumer<String> note;

  /**
   * The settings for a listener.
   *
   * @param host the name or address under which istiod reaches it
   * @param ca the file of the authority, null: the one beside the certificate
   * @param credentialName of the Secret with it instead, or empty
   * @param note takes what people should know
   */
  TlsSettings(
      ListenerTls tls,
      String host,
      @Nullable Path ca,
      String credentialName,
      Consumer<String> note) {
    this.tls = tls;
    this.host = host;
    Path beside = tls.certificate().resolveSibling("ca.crt");
    this.ca =
        ca != null || !Files.isRegularFile(beside) ? Optional.ofNullable(ca) : Optional.of(beside);
    this.credentialName = credentialName;
    this.note = note;
  }

  /** Returns them. */
  ObjectNode node() throws IOException {
    ObjectNode settings = JsonNodeFactory.instance.objectNode().put("mode", "SIMPLE");
    Optional<List<X509Certificate>> chain = chain();
    if (!credentialName.isEmpty()) {
      settings.put("credentialName", credentialName);
    } else if (ca.isPresent()) {
      settings.put("caCertificates", authority(ca.get(), chain));
    } else {
      note.accept(
          "istiod will trust the authorities of its image only: give --ca FILE for one of your"
              + " own.");
    }
    chain.ifPresent(certificates -> putName(settings, certificates.get(0)));
    if (tls.effectiveClientAuth() == ClientAuth.REQUIRE) {
      note.accept(
          "xds.tls wants a certificate of each client, and a stock istiod has none to show: it"
              + " will be refused. Set clientAuth: optional, or give istiod a proxy that shows one"
              + " (docs/security.md).");
    }
    return settings;
  }

  private Optional<List<X509Certificate>> chain() {
    try {
      return Optional.of(Certificates.read(tls.certificate()));
    } catch (IOException e) {
      note.accept(
          "The names in the certificate were not compared with "
              + host
              + ": "
              + e.getMessage()
              + ".");
      return Optional.empty();
    }
  }

  private String authority(Path file, Optional<List<X509Certificate>> chain) throws IOException {
    List<X509Certificate> authorities = Certificates.read(file);
    if (chain.isPresent()
        && chain.get().stream().noneMatch(one -> Certificates.isSignedBy(one, authorities))) {
      throw new IOException(
          "--ca: "
              + file
              + ": has not signed the certificate in "
              + tls.certificate()
              + " (expected: the authority that has)");
    }
    // Without what openssl writes between the blocks.
    StringBuilder pem = new StringBuilder();
    for (X509Certificate authority : authorities) {
      pem.append(Certificates.pem(authority));
    }
    return pem.toString();
  }

  private void putName(ObjectNode settings, X509Certificate certificate) {
    if (Certificates.isFor(certificate, host)) {
      return;
    }
    List<String> names = Certificates.dnsNames(certificate);
    if (names.isEmpty()) {
      note.accept(
          "The certificate is not for "
              + host
              + ", and for no other DNS name: istiod will refuse it. Make one for this name, or"
              + " give the right --host HOST.");
      return;
    }
    settings.put("sni", names.get(0));
    note.accept(
        "The certificate is not for "
            + host
            + ": istiod is told by sni to expect "
            + names.get(0)
            + " instead.");
  }
}
