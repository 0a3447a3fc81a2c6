package io.fairlead.server.tls;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners that speak TLS, with one thread that looks at their files. A file system that hangs
 * delays nothing but that. Thread-safe.
 */
public final class TlsListeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsListeners.class);

  private final @Nullable ReloadingTls xds;
  private final @Nullable ReloadingTls admin;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread looking = new Thread(task, "tls-files");
            looking.setDaemon(true);
            return looking;
          });

  private TlsListeners(@Nullable ReloadingTls xds, @Nullable ReloadingTls admin) {
    this.xds = xds;
    this.admin = admin;
  }

  /**
   * Reads the files of both listeners and looks at them from then on.
   *
   * @param xds null if it speaks plaintext only
   * @param admin null if it speaks plaintext only
   * @throws IOException if files cannot be used; the message names the key and the file
   */
  @SuppressWarnings("FutureReturnValueIgnored") // A look that throws is caught and logged.
  public static TlsListeners start(
      @Nullable ServerTlsFiles xds, @Nullable ServerTlsFiles admin, Duration period)
      throws IOException {
    Clock clock = Clock.systemUTC();
    TlsListeners listeners =
        new TlsListeners(
            xds == null ? null : ReloadingTls.load("xds", xds, clock),
            admin == null ? null : ReloadingTls.load("admin", admin, clock));
    long millis = period.toMillis();
    if (!listeners.all().isEmpty()) {
      listeners.thread.scheduleWithFixedDelay(
          listeners::look, millis, millis, TimeUnit.MILLISECONDS);
    }
    return listeners;
  }

  private List<ReloadingTls> all() {
    List<ReloadingTls> all = new ArrayList<>();
    xds().ifPresent(all::add);
    admin().ifPresent(all::add);
    return all;
  }

  private void look() {
    try {
      all().forEach(ReloadingTls::look);
    } catch (RuntimeException e) {
      LOG.error("The look at the certificates failed; it is repeated", e);
    }
  }

  /** Returns the TLS of the discovery service; empty if it speaks plaintext only. */
  public Optional<ReloadingTls> xds() {
    return Optional.ofNullable(xds);
  }

  /** Returns the TLS of the admin server; empty if it speaks plaintext only. */
  public Optional<ReloadingTls> admin() {
    return Optional.ofNullable(admin);
  }

  /**
   * Takes the files of a changed configuration. A listener that gets or loses TLS does so at the
   * next start.
   */
  public void use(@Nullable ServerTlsFiles nextXds, @Nullable ServerTlsFiles nextAdmin) {
    if (xds != null && nextXds != null) {
      xds.use(nextXds);
    }
    if (admin != null && nextAdmin != null) {
      admin.use(nextAdmin);
    }
  }

  /** Returns the status of each listener that speaks TLS. */
  public List<TlsStatus> statuses() {
    return all().stream().map(ReloadingTls::status).toList();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
