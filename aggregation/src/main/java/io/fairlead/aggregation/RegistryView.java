package io.fairlead.aggregation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One registration of a registry as any thread may see it. {@link #contact} is written by the
 * adapter's calls, which do not overlap; the rest by the commit thread.
 */
final class RegistryView {
  private static final Logger log = LoggerFactory.getLogger(RegistryView.class);

  /** The last contact. */
  private record Contact(@Nullable Instant lastSuccess, @Nullable String problem) {}

  private final RegistrySettings settings;
  private volatile Contact contact = new Contact(null, null);
  private volatile Ledger ledger = new Ledger();
  private volatile boolean synced;

  RegistryView(RegistrySettings settings) {
    this.settings = settings;
  }

  RegistrySettings settings() {
    return settings;
  }

  /** A contact that says nothing about parts that fail. */
  void reached(Instant now) {
    contact = new Contact(now, contact.problem);
  }

  /** A contact after which nothing is known to fail. */
  void healthy(Instant now) {
    if (contact.problem != null) {
      log.info("Registry {} can be read again", settings.name());
    }
    contact = new Contact(now, null);
  }

  void failing(String problem, Throwable cause) {
    // Not on every try: a registry that is down for hours fails every few seconds.
    if (!problem.equals(contact.problem)) {
      log.warn("Registry {}: {}", settings.name(), problem, cause);
    }
    contact = new Contact(contact.lastSuccess, problem);
  }

  void attach(Ledger newLedger) {
    ledger = newLedger;
  }

  Ledger ledger() {
    return ledger;
  }

  void markSynced() {
    synced = true;
  }

  boolean isSynced() {
    return synced;
  }

  RegistryStatus status() {
    Contact last = contact;
    Ledger.Sums sums = ledger.sums();
    return new RegistryStatus(
        settings.name(),
        synced,
        last.lastSuccess,
        last.problem,
        sums.services(),
        sums.instances(),
        sums.refused(),
        sums.findings());
  }
}
