package io.fairlead.server.tls;

import io.fairlead.server.xds.ClientAuth;
import io.fairlead.server.xds.TlsOptions;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of one listener, with a certificate that is read again when its files change. What cannot
 * be used is refused, and the former stays in force. Connections that are open keep what they have.
 *
 * <p>It compares contents instead of waiting for file events, as those do not come for the symbolic
 * links by which Kubernetes swaps a Secret. Contents are taken once they have been the same for two
 * looks, so that a certificate whose key is still being written is no error. Thread-safe: its lock
 * guards the state, handshakes never wait for it.
 */
public final class ReloadingTls {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);

  private final String listener;
  private final Clock clock;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trust;
  private volatile ClientAuth clientAuth;
  private volatile TlsStatus status;

  // All guarded by "this".
  private ServerTlsFiles files;
  private TlsMaterial.Contents seen;
  private TlsMaterial.Contents taken;
  private String lastProblem = "";
  // A file could not be read at the last look: it may just be being replaced.
  private boolean unreadable;
  private long applied;
  private long refused;

  private ReloadingTls(
      String listener,
      Clock clock,
      ServerTlsFiles files,
      TlsMaterial.Contents contents,
      TlsMaterial material)
      throws TlsFileException {
    this.listener = listener;
    this.clock = clock;
    this.files = files;
    this.seen = contents;
    this.taken = contents;
    this.clientAuth = files.effectiveClientAuth();
    try {
      this.trust = AdvancedTlsX509TrustManager.newBuilder().build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a trust manager without authorities", e);
    }
    this.status = put(material);
  }

  /**
   * Reads the files of a listener. A certificate that has expired is used, since it may be replaced
   * at any time, and said to be.
   *
   * @param listener {@code xds} or {@code admin}
   * @throws IOException if they cannot be used; the message names the key and the file
   */
  public static ReloadingTls load(String listener, ServerTlsFiles files, Clock clock)
      throws IOException {
    try {
      TlsMaterial.Contents contents = TlsMaterial.Contents.read(files);
      TlsMaterial material = TlsMaterial.of(files, contents);
      ReloadingTls tls = new ReloadingTls(listener, clock, files, contents, material);
      try {
        material.checkDates(files, clock.instant());
      } catch (TlsFileException e) {
        LOG.error("{}: clients will refuse the connection: {}", tls.path(e), e.getMessage());
      }
      return tls;
    } catch (TlsFileException e) {
      throw new IOException(listener + ".tls." + e.key() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks the files of a listener as {@link #load} does, and that nothing has expired.
   *
   * @throws TlsFileException with the key and what is wrong
   */
  public static void check(ServerTlsFiles files, Instant now) throws TlsFileException {
    TlsMaterial.of(files).checkDates(files, now);
  }

  /** Returns the listener's TLS as the discovery service takes it. */
  public TlsOptions options() {
    return new TlsOptions(keys, trust, () -> clientAuth);
  }

  /** Returns the present status. */
  public TlsStatus status() {
    return status;
  }

  /** Returns how often changed files were taken. */
  public synchronized long applied() {
    return applied;
  }

  /** Returns how often changed files were refused. */
  public synchronized long refused() {
    return refused;
  }

  /** Takes other files from a changed configuration; they are read at once. */
  synchronized void use(ServerTlsFiles next) {
    if (!next.equals(files)) {
      files = next;
      lastProblem = "";
      try {
        seen = TlsMaterial.Contents.read(files);
        take(seen);
      } catch (TlsFileException e) {
        refuse(e);
      }
    }
  }

  /** Looks whether the files have changed. */
  synchronized void look() {
    TlsMaterial.Contents now;
    try {
      now = TlsMaterial.Contents.read(files);
    } catch (TlsFileException e) {
      if (unreadable) {
        refuse(e);
      }
      unreadable = true;
      return;
    }
    unreadable = false;
    boolean settled = now.equals(seen);
    seen = now;
    // What was refused is tried again: a certificate becomes valid, a clock is mended.
    if (settled && (!now.equals(taken) || !lastProblem.isEmpty())) {
      take(now);
    }
  }

  private void take(TlsMaterial.Contents contents) {
    try {
      TlsMaterial material = TlsMaterial.of(files, contents);
      material.checkDates(files, clock.instant());
      boolean changed =
          !contents.equals(taken)
              || !lastProblem.isEmpty()
              || files.effectiveClientAuth() != clientAuth;
      taken = contents;
      lastProblem = "";
      clientAuth = files.effectiveClientAuth();
      status = put(material);
      if (changed) {
        applied++;
        LOG.info(
            "{}.tls: the certificate in {} is in force for new connections, valid until {}",
            listener,
            files.certificate(),
            Certificates.date(material.expiry()));
      }
    } catch (TlsFileException e) {
      refuse(e);
    }
  }

  private TlsStatus put(TlsMaterial material) {
    keys.updateIdentityCredentials(
        material.chain().toArray(new X509Certificate[0]), material.key());
    if (material.authorities().isEmpty()) {
      return status(material);
    }
    try {
      trust.updateTrustCredentials(material.authorities().toArray(new X509Certificate[0]));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("authorities that were read cannot be used", e);
    }
    return status(material);
  }

  private TlsStatus status(TlsMaterial material) {
    X509Certificate first = material.chain().get(0);
    List<String> names = new ArrayList<>(Certificates.dnsNames(first));
    names.addAll(Certificates.addresses(first));
    return new TlsStatus(
        listener,
        files.certificate(),
        names,
        first.getNotBefore().toInstant(),
        material.expiry(),
        material.authoritiesExpiry().orElse(null),
        clock.instant(),
        "",
        null);
  }

  private void refuse(TlsFileException problem) {
    String what = path(problem) + ": " + problem.getMessage();
    if (what.equals(lastProblem)) {
      return;
    }
    lastProblem = what;
    refused++;
    TlsStatus former = status;
    status =
        new TlsStatus(
            former.listener(),
            former.certificate(),
            former.names(),
            former.issued(),
            former.expiry(),
            former.authoritiesExpiry(),
            former.loaded(),
            what,
            clock.instant());
    LOG.error("The changed certificate is refused, the former stays in force: {}", what);
  }

  private String path(TlsFileException problem) {
    return listener + ".tls." + problem.key();
  }
}
