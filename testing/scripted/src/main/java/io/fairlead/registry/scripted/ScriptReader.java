package io.fairlead.registry.scripted;

import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader that turns the lines of one connection into calls of the sink. Confined to the adapter's
 * thread.
 */
final class ScriptReader {
  private final RegistrySink sink;
  private final BooleanSupplier closed;
  private final Runnable success;
  // Of the view that is being read; null outside of one.
  private @Nullable List<Service> view;
  // Single changes before it mean nothing: the view will hold them.
  private boolean viewed;

  ScriptReader(RegistrySink sink, BooleanSupplier closed, Runnable success) {
    this.sink = sink;
    this.closed = closed;
    this.success = success;
  }

  /**
   * Does what a line says.
   *
   * @throws IOException if it cannot stand where it stands
   */
  void take(ScriptLine line) throws IOException {
    if (closed.getAsBoolean()) {
      throw new IOException("closed");
    }
    List<Service> services = view;
    switch (line.op()) {
      case "begin" -> view = new ArrayList<>();
      case "service" -> {
        if (services == null) {
          throw new GarbageException("service (expected: within a view)", null);
        }
        services.add(line.service());
      }
      case "end" -> {
        if (services == null) {
          throw new GarbageException("end (expected: of a view)", null);
        }
        view = null;
        whole(services, line.count());
      }
      case "changed" -> {
        Service service = line.service();
        if (viewed) {
          sink.changed(service);
        }
      }
      case "removed" -> {
        ServiceId id = line.id();
        if (viewed) {
          sink.removed(id);
        }
      }
      case "alive" -> {
        // Before the first view nothing is known, so nothing is known to be unchanged.
        if (viewed) {
          sink.alive();
        }
      }
      case "failed" ->
          sink.resync(new ReadOutcome.Failed(line.problem(), new IOException(line.problem())));
      case "failing" -> sink.failing(line.problem(), new IOException(line.problem()));
      default -> throw new GarbageException("op: " + line.op() + " (expected: a known one)", null);
    }
  }

  private void whole(List<Service> services, int count) throws GarbageException {
    Set<ServiceId> ids = new HashSet<>();
    for (Service service : services) {
      if (!ids.add(service.id())) {
        throw new GarbageException("view: " + service.id() + " twice (expected: once)", null);
      }
    }
    if (services.size() != count) {
      throw new GarbageException(
          "view: " + services.size() + " services (expected: " + count + ")", null);
    }
    viewed = true;
    success.run();
    sink.resync(new ReadOutcome.Fresh(services));
  }
}
