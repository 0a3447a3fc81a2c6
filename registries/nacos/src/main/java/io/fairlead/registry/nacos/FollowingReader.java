package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader that follows what the servers offer: it changes to the HTTP API of the other generation
 * when they no longer have that which it used, as after an upgrade, and from the client's protocol
 * to an HTTP API that has become permitted. Thread-safe.
 */
final class FollowingReader implements NacosReader {
  // How often an HTTP API is tried where there was none.
  private static final long TRY_AGAIN = Duration.ofMinutes(1).toNanos();

  private static final Logger LOG = LoggerFactory.getLogger(FollowingReader.class);

  private final ReaderFactory factory;

  // Only one thread at a time chooses; the volatile fields are written by it.
  private final Object choosing = new Object();
  private volatile NacosReader current;
  private volatile long triedAt = System.nanoTime();
  // Of the readers before, and one for each change of them.
  private volatile long earlierInterruptions;
  private volatile boolean closed;

  FollowingReader(ReaderFactory factory) throws NacosReadException {
    this.factory = factory;
    this.current = factory.choose();
  }

  private interface Call<T> {
    T on(NacosReader reader) throws NacosReadException;
  }

  private <T> T call(Call<T> call) throws NacosReadException {
    NacosReader reader = current;
    if (!reader.hasCounts() && System.nanoTime() - triedAt >= TRY_AGAIN) {
      try {
        reader = tryHttp(reader).orElse(reader);
      } catch (NacosReadException e) {
        LOG.debug("the HTTP API cannot be tried", e);
      }
    }
    try {
      return call.on(reader);
    } catch (NacosReadException e) {
      if (e.fault() != Fault.UNSUPPORTED) {
        throw e;
      }
      // Never the client's protocol, which says less: what it does not say would change in the mesh
      // because a proxy in between answered 404 for a moment.
      return call.on(tryHttp(reader).orElseThrow(() -> e));
    }
  }

  private Optional<NacosReader> tryHttp(NacosReader before) throws NacosReadException {
    synchronized (choosing) {
      if (closed || current != before) {
        return Optional.of(current);
      }
      triedAt = System.nanoTime();
      Optional<NacosReader> chosen = factory.byHttp().reader();
      chosen.ifPresent(
          reader -> {
            earlierInterruptions = earlierInterruptions + before.interruptions() + 1;
            current = reader;
            before.close();
            if (closed) {
              reader.close();
            }
          });
      return chosen;
    }
  }

  @Override
  public Optional<Set<String>> namespaces() throws NacosReadException {
    return call(NacosReader::namespaces);
  }

  @Override
  public List<ServiceRow> list(String namespace) throws NacosReadException {
    return call(reader -> reader.list(namespace));
  }

  @Override
  public Map<ServiceId, Content> all(String namespace, Function<ServiceId, Optional<Content>> known)
      throws NacosReadException {
    return call(reader -> reader.all(namespace, known));
  }

  @Override
  public Optional<Content> read(ServiceId id) throws NacosReadException {
    return call(reader -> reader.read(id));
  }

  @Override
  public long interruptions() {
    return earlierInterruptions + current.interruptions();
  }

  @Override
  public boolean hasCounts() {
    return current.hasCounts();
  }

  /** Does not wait for a thread that chooses: closing is what ends its calls. */
  @Override
  public void close() {
    closed = true;
    current.close();
  }
}
