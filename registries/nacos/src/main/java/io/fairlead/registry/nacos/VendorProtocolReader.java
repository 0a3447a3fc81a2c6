package io.fairlead.registry.nacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.pojo.ListView;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A reader that uses the vendor's client protocol, for users without the right to the server's HTTP
 * API. It knows names without counts, one group at a time, and gives enabled instances only.
 */
final class VendorProtocolReader implements NacosReader {
  private static final int READERS = 4;

  private final NacosHttp http;
  private final NamingClients clients;
  private final Scope scope;
  private final String servers;
  private final ExecutorService readers;
  private final AtomicLong interruptions = new AtomicLong();

  /**
   * @param registry for thread names
   * @param http for the login, whose token the clients carry
   * @param servers for messages
   */
  VendorProtocolReader(
      String registry, NacosHttp http, NamingClients clients, Scope scope, String servers) {
    this.http = http;
    this.clients = clients;
    this.scope = scope;
    this.servers = servers;
    AtomicLong number = new AtomicLong();
    this.readers =
        Executors.newFixedThreadPool(
            READERS,
            task -> new Thread(task, "nacos-" + registry + "-query-" + number.incrementAndGet()));
  }

  @Override
  public Optional<Set<String>> namespaces() {
    return Optional.empty();
  }

  @Override
  public List<ServiceRow> list(String namespace) throws NacosReadException {
    http.logIn();
    List<ServiceRow> rows = new ArrayList<>();
    for (String group : scope.groups()) {
      String what = "names of group " + group + " of namespace " + namespace;
      try {
        ListView<String> names = clients.of(namespace).names(group);
        if (names.getData().size() != names.getCount()) {
          throw new NacosReadException(
              Fault.MALFORMED,
              what
                  + ": "
                  + servers
                  + " gives "
                  + names.getData().size()
                  + " of "
                  + names.getCount()
                  + " (expected: all in one page)",
              null);
        }
        for (String name : names.getData()) {
          ServiceId id = new ServiceId(namespace, group, name);
          if (scope.includes(id)) {
            rows.add(new ServiceRow(id, Optional.empty()));
          }
        }
      } catch (NacosException e) {
        throw failed(what, e);
      }
    }
    return rows;
  }

  @Override
  public Map<ServiceId, Content> all(String namespace, Function<ServiceId, Optional<Content>> known)
      throws NacosReadException {
    Map<ServiceId, Content> contents = new ConcurrentHashMap<>();
    List<Future<?>> reads = new ArrayList<>();
    for (ServiceRow row : list(namespace)) {
      reads.add(
          readers.submit(
              () -> {
                contents.put(row.id(), query(row.id()).orKnown(known.apply(row.id())));
                return null;
              }));
    }
    try {
      for (Future<?> read : reads) {
        read.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof NacosReadException failure
          ? failure
          : new NacosReadException(
              Fault.MALFORMED,
              "services of namespace "
                  + namespace
                  + ": "
                  + servers
                  + " gives what cannot be read (expected: Nacos' instances)",
              e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NacosReadException(
          Fault.UNREACHABLE, "services of namespace " + namespace + ": interrupted", e);
    } finally {
      reads.forEach(read -> read.cancel(false));
    }
    return contents;
  }

  @Override
  public Optional<Content> read(ServiceId id) throws NacosReadException {
    // The protocol does not tell a service without instances from one that is not there; the list
    // of names does.
    return Optional.of(query(id));
  }

  private Content query(ServiceId id) throws NacosReadException {
    try {
      List<InstanceRecord> instances = clients.of(id.namespace()).query(id);
      return new Content(instances, Map.of(), OptionalDouble.empty());
    } catch (NacosException e) {
      throw failed("service " + id, e);
    }
  }

  private NacosReadException failed(String what, NacosException e) {
    if (e.getErrCode() == NacosException.NO_RIGHT) {
      return new NacosReadException(
          Fault.NOT_PERMITTED,
          what
              + ": Nacos at "
              + servers
              + " refuses it: "
              + http.shown(String.valueOf(e.getErrMsg()))
              + " (expected: username and password of a user with the right r on the namespace)",
          e);
    }
    interruptions.incrementAndGet();
    return new NacosReadException(
        Fault.UNREACHABLE,
        what
            + ": Nacos at "
            + servers
            + " does not answer: "
            + e.getErrCode()
            + " "
            + http.shown(String.valueOf(e.getErrMsg()))
            + " (expected: a running server whose gRPC port, 1000 above, is open)",
        e);
  }

  @Override
  public long interruptions() {
    return interruptions.get() + http.interruptions();
  }

  @Override
  public boolean hasCounts() {
    return false;
  }

  @Override
  public void close() {
    readers.shutdownNow();
    http.close();
  }
}
