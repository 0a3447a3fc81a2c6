package io.fairlead.aggregation;

import io.fairlead.conversion.Converter;
import io.fairlead.conversion.Handling;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.Moment;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sink of one adapter: converts on the caller's thread, puts the outcome into the inbox and
 * wakes the commit thread. It never blocks.
 */
final class AdapterSink implements RegistrySink {
  private static final Logger LOG = LoggerFactory.getLogger(AdapterSink.class);

  private final RegistryView view;
  private final Converter converter;
  private final Inbox inbox;
  private final Runnable wake;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  // The parts of each service that is not its only part. Of the adapter's calls, which do not
  // overlap.
  private final Map<ServiceId, Set<ServiceId>> parts = new HashMap<>();
  private volatile boolean closed;

  AdapterSink(
      RegistryView view, Inbox inbox, Runnable wake, InstantSource clock, LongSupplier nanoTime) {
    this.view = view;
    this.converter = new Converter(view.settings().policy());
    this.inbox = inbox;
    this.wake = wake;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  @Override
  public void resync(ReadOutcome outcome) {
    if (closed) {
      return;
    }
    if (outcome instanceof ReadOutcome.Failed failed) {
      failing(failed.problem(), failed.cause());
    } else if (outcome instanceof ReadOutcome.Fresh fresh) {
      view.healthy(now());
      Map<ServiceId, ConvertedService> services = new HashMap<>();
      Map<ServiceId, Set<ServiceId>> before = new HashMap<>(parts);
      parts.clear();
      for (Service service : fresh.services()) {
        for (ConvertedService report : reports(service, before.get(service.id()))) {
          services.put(report.service(), report);
        }
      }
      inbox.replaceAll(services);
      wake.run();
    }
  }

  @Override
  public void changed(Service service) {
    if (!closed) {
      view.reached(now());
      inbox.put(reports(service, parts.get(service.id())));
      wake.run();
    }
  }

  @Override
  public void removed(ServiceId id) {
    if (!closed) {
      view.reached(now());
      Set<ServiceId> all = parts.remove(id);
      inbox.remove(all == null ? Set.of(id) : all);
      wake.run();
    }
  }

  @Override
  public void alive() {
    if (!closed) {
      view.healthy(now());
    }
  }

  @Override
  public void failing(String problem, Throwable cause) {
    if (!closed) {
      view.failing(problem, cause, now());
      // Others may wait for it.
      wake.run();
    }
  }

  @Override
  public void holding(List<Hold> holds) {
    if (!closed) {
      view.holding(holds);
    }
  }

  @Override
  public void notices(List<Notice> notices) {
    if (!closed) {
      view.noticed(notices);
    }
  }

  private Moment now() {
    return new Moment(nanoTime.getAsLong(), clock.instant());
  }

  // What becomes of a service, and of the parts that it had and does not have any more.
  private List<ConvertedService> reports(Service service, @Nullable Set<ServiceId> before) {
    List<ConvertedService> reports = converted(service);
    ServiceId id = service.id();
    if (before == null && reports.size() == 1 && reports.get(0).service().equals(id)) {
      return reports;
    }
    Set<ServiceId> now = new HashSet<>();
    reports.forEach(report -> now.add(report.service()));
    List<ConvertedService> all = new ArrayList<>(reports);
    for (ServiceId part : before == null ? Set.of(id) : before) {
      if (!now.contains(part)) {
        all.add(ConvertedService.gone(part));
      }
    }
    if (now.equals(Set.of(id))) {
      parts.remove(id);
    } else {
      parts.put(id, now);
    }
    return all;
  }

  // The conversion does not throw for anything that a registry may hold. Should it do so all the
  // same, that defect costs the one service and not the registry.
  private List<ConvertedService> converted(Service service) {
    try {
      return ConvertedService.convert(converter, service);
    } catch (RuntimeException e) {
      LOG.error(
          "registry {}: service {}: the conversion failed, the service is not served",
          view.settings().name(),
          service.id(),
          e);
      return List.of(
          new ConvertedService(
              service.id(),
              Optional.empty(),
              Handling.NONE,
              ServiceStatus.REFUSED,
              List.of(),
              service.instances().size()));
    }
  }

  /** From now on calls are ignored. */
  void close() {
    closed = true;
  }
}
