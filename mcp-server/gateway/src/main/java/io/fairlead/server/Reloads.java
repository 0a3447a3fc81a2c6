package io.fairlead.server;

import io.fairlead.common.Causes;
import io.fairlead.common.Counts;
import io.fairlead.server.admin.Audit;
import io.fairlead.server.admin.ConfigurationStatus;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.LeftOutAdapter;
import io.fairlead.server.config.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes of the configuration file while the gateway runs: what of them is in force, refused
 * or left for a restart. Written by the watcher's thread, read by any.
 */
final class Reloads implements ConfigWatcher.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);

  private final GatewayOptions options;
  private final GatewayMetrics metrics;
  private volatile GatewayConfig inForce;
  private volatile ConfigurationStatus status;
  private volatile String text;
  private volatile Consumer<GatewayConfig> parts = next -> {};
  private volatile List<LeftOutAdapter> leftOut = List.of();
  // Owned by the watcher's thread.
  private List<String> refused = List.of();
  private List<String> unreadable = List.of();

  Reloads(GatewayOptions options, GatewayMetrics metrics) {
    this.options = options;
    this.metrics = metrics;
    this.inForce = options.config();
    this.text = options.text();
    this.status =
        new ConfigurationStatus(
            options.file().toString(), Instant.now(), List.of(), null, List.of());
    lookAtAdapters();
  }

  // The folder is looked at with each text: then a new adapter is there, or left out.
  private void lookAtAdapters() {
    List<LeftOutAdapter> before = leftOut;
    leftOut = options.loader().leftOut();
    leftOut.stream()
        .filter(adapter -> !before.contains(adapter))
        .forEach(adapter -> LOG.warn("adapter left out: {}", adapter));
  }

  /** Returns the adapters that cannot be used. */
  List<LeftOutAdapter> leftOut() {
    return leftOut;
  }

  /** Says what takes a changed configuration, once all of it is there. */
  void applyTo(Consumer<GatewayConfig> running) {
    parts = running;
  }

  /** Returns the configuration in force, keys that need a restart as the file has them. */
  GatewayConfig inForce() {
    return inForce;
  }

  /** Returns the text of the configuration in force. */
  String text() {
    return text;
  }

  /** Returns what is to be shown of the file. */
  ConfigurationStatus status() {
    return status;
  }

  @Override
  public void changed(ConfigResult result) {
    lookAtAdapters();
    if (result instanceof ConfigResult.Loaded loaded) {
      apply(options.effective(loaded.config()), loaded.text());
    } else if (result instanceof ConfigResult.Invalid invalid) {
      refuse(invalid.problems().stream().map(Problem::toString).toList());
    }
  }

  private void apply(GatewayConfig next, String newText) {
    List<String> changed = inForce.changedWhileRunning(next);
    List<String> newForRestart = inForce.changedForRestart(next);
    try {
      parts.accept(next);
    } catch (RuntimeException e) {
      LOG.error(
          "The changed configuration could not be applied; check with fairlead check, and restart"
              + " if the file is right",
          e);
      refuse(List.of(options.file() + ": " + Causes.of(e)));
      return;
    }
    inForce = next;
    text = newText;
    refused = List.of();
    List<String> keys = options.config().changedForRestart(next);
    show(Instant.now(), keys);
    String keysChanged =
        changed.isEmpty()
            ? "no key that takes effect while running differs"
            : String.join(", ", changed);
    LOG.info("The changed configuration is applied: {}", keysChanged);
    Audit.reloaded(status.file(), "applied: " + keysChanged);
    if (!keys.isEmpty()) {
      LOG.warn(
          "Not in force before a restart of this gateway: {}. Everything else is; restart it, or"
              + " set these keys back",
          String.join(", ", keys));
    } else if (!newForRestart.isEmpty()) {
      LOG.info("No restart is needed any more: these keys are as they were at the start");
    }
  }

  private void refuse(List<String> problems) {
    refused = problems;
    metrics.reloadFailed();
    show(status.loaded(), status.needRestart());
    LOG.error(
        "The changed configuration is refused and the one in force stays: {} (mend the file; it is"
            + " read again then)",
        Counts.of(problems.size(), "problem"));
    problems.forEach(problem -> LOG.error("{}", problem));
    Audit.reloaded(status.file(), "refused: " + problems.get(0));
  }

  @Override
  public void unreadable(String problem) {
    unreadable = List.of(options.file() + ": " + problem);
    show(status.loaded(), status.needRestart());
    LOG.error(
        "The configuration file {} cannot be read: {}. The configuration in force stays, but a"
            + " restart would fail; bring the file back, and it is read",
        options.file(),
        problem);
  }

  @Override
  public void readable() {
    unreadable = List.of();
    show(status.loaded(), status.needRestart());
    LOG.info("The configuration file {} can be read again", options.file());
  }

  private void show(Instant loaded, List<String> needRestart) {
    List<String> problems = new ArrayList<>(unreadable);
    problems.addAll(refused);
    Instant since =
        problems.isEmpty()
            ? null
            : Objects.requireNonNullElseGet(status.refusedSince(), Instant::now);
    status = new ConfigurationStatus(status.file(), loaded, problems, since, needRestart);
  }
}
