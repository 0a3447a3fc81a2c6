package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.ServerTLSSettings;
import io.fairlead.istio.networking.v1alpha3.ServerTLSSettings.TLSmode;
import java.util.Set;

/** The rules of the TLS settings of a server, of a Gateway or a Sidecar. */
final class ServerTlsRules {
  private static final Set<TLSmode> WITH_CERTIFICATES =
      Set.of(TLSmode.SIMPLE, TLSmode.MUTUAL, TLSmode.OPTIONAL_MUTUAL);

  private ServerTlsRules() {}

  static void check(ServerTLSSettings tls, Spot at) {
    if (tls.getMode() == TLSmode.ISTIO_MUTUAL) {
      checkIstioMutual(tls, at);
      return;
    }
    boolean hasFiles = !tls.getServerCertificate().isEmpty() && !tls.getPrivateKey().isEmpty();
    boolean hasCredential = !tls.getCredentialName().isEmpty();
    boolean hasCredentials = tls.getCredentialNamesCount() > 0;
    boolean hasList = tls.getTlsCertificatesCount() > 0;
    if ((hasFiles ? 1 : 0) + (hasCredential ? 1 : 0) + (hasCredentials ? 1 : 0) + (hasList ? 1 : 0)
        > 1) {
      at.refuse(
          "certificates from several places",
          "one of credentialName, credentialNames, serverCertificate or tlsCertificates");
    }
    if (!WITH_CERTIFICATES.contains(tls.getMode())) {
      checkRevocation(tls, at);
      return;
    }
    if (tls.getMode() == TLSmode.OPTIONAL_MUTUAL) {
      at.at("mode").warn("OPTIONAL_MUTUAL", "a newer istiod: older ones do not know it");
    } else if (!hasCredential && !hasFiles) {
      at.refuseForOlder("credentialNames or tlsCertificates", "credentialName or files");
    }
    if (hasCredential || hasCredentials) {
      return;
    }
    if (tls.getMode() != TLSmode.SIMPLE && tls.getCaCertificates().isEmpty()) {
      at.refuse("no caCertificates", "one, as clients have certificates in this mode");
    }
    if (!hasList) {
      checkPair(tls.getServerCertificate(), tls.getPrivateKey(), at);
    }
    at.each(
        "tlsCertificates",
        tls.getTlsCertificatesList(),
        (pair, here) -> checkPair(pair.getServerCertificate(), pair.getPrivateKey(), here));
    checkRevocation(tls, at);
  }

  private static void checkPair(String certificate, String key, Spot at) {
    if (certificate.isEmpty()) {
      at.refuse("no serverCertificate", "one, or credentialName");
    }
    if (key.isEmpty()) {
      at.refuse("no privateKey", "one, or credentialName");
    }
  }

  private static void checkRevocation(ServerTLSSettings tls, Spot at) {
    if (tls.getCaCrl().isEmpty()) {
      return;
    }
    if (!tls.getCredentialName().isEmpty()) {
      at.at("caCrl").refuse("it stands beside credentialName", "the list within the credential");
    }
    if (tls.getMode() == TLSmode.SIMPLE) {
      at.at("caCrl")
          .refuse("it stands in mode SIMPLE", "MUTUAL, in which clients have certificates");
    }
  }

  private static void checkIstioMutual(ServerTLSSettings tls, Spot at) {
    String expected = "none: ISTIO_MUTUAL has those of the mesh";
    refuse(tls.getServerCertificate(), at.at("serverCertificate"), expected);
    refuse(tls.getPrivateKey(), at.at("privateKey"), expected);
    refuse(tls.getCaCertificates(), at.at("caCertificates"), expected);
    refuse(tls.getCredentialName(), at.at("credentialName"), expected);
    if (tls.getTlsCertificatesCount() > 0) {
      at.at("tlsCertificates").refuse("certificates", expected);
    }
    if (tls.getCredentialNamesCount() > 0) {
      at.at("credentialNames").refuse("certificates", expected);
    }
  }

  private static void refuse(String value, Spot at, String expected) {
    if (!value.isEmpty()) {
      at.refuse(value, expected);
    }
  }
}
