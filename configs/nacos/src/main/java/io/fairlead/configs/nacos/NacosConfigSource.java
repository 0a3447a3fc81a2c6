package io.fairlead.configs.nacos;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.support.PolledConfigSource;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosLogin;
import io.fairlead.nacos.NacosReadException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A config source that mirrors groups of Nacos' configuration service. The list of a group, with
 * its digests, is read again and again, and of its configurations those that changed. A listener
 * has the next look be at once; what it says is believed only if the list says it, too.
 *
 * <p>What a look finds is one change. After a time in which Nacos could not be read what is missing
 * is kept for a while: another server of the cluster may answer, with an older state.
 */
final class NacosConfigSource extends PolledConfigSource {
  private static final int MAX_SHOWN = 5;

  private final NacosSourceConfiguration configuration;
  private final NacosLogin login;
  private final ConfigReader reader;
  private final ChangeListener listener;
  private long interruptions;

  // Guarded by "this"; null before the first look.
  private @Nullable NacosHttp http;
  private boolean released;

  NacosConfigSource(ConfigSourceContext context, NacosSourceConfiguration configuration) {
    super(context);
    this.configuration = configuration;
    this.login =
        new NacosLogin(
            configuration.username(),
            configuration.password(),
            null,
            configuration.contextPath(),
            System::nanoTime);
    this.reader = new ConfigReader(configuration);
    this.listener = new ChangeListener(context.name(), this::lookSoon);
  }

  @Override
  protected Duration look() throws IOException {
    long begin = System.nanoTime();
    try {
      NacosHttp used = opened();
      if (used == null) {
        return configuration.pollInterval();
      }
      ConfigReader.Configs configs = reader.read(used);
      if (used.interruptions() != interruptions) {
        interruptions = used.interruptions();
        doubt();
      }
      report(configs);
      listener.listen(used, configs);
    } catch (NacosReadException e) {
      doubt();
      throw new IOException(e.getMessage(), e);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    Duration stretched = took.multipliedBy(3);
    return stretched.compareTo(configuration.pollInterval()) > 0
        ? stretched
        : configuration.pollInterval();
  }

  private void doubt() {
    report()
        .doubt(
            String.join(", ", configuration.addresses())
                + ": read again after an outage, perhaps from a server that knows less",
            configuration.settle());
  }

  private void report(ConfigReader.Configs configs) {
    List<ConfigDocument> documents =
        configs.configs().values().stream().map(KnownConfig::document).toList();
    Map<String, String> unreadable = configs.unreadable();
    if (unreadable.isEmpty()) {
      report().whole(documents);
      return;
    }
    String problem =
        String.join("; ", unreadable.values().stream().limit(MAX_SHOWN).toList())
            + "; what was read of it before stays";
    report().without(unreadable.keySet(), documents, problem, new IOException(problem));
  }

  private synchronized @Nullable NacosHttp opened() throws NacosReadException {
    if (http == null && !released) {
      http =
          new NacosHttp(
              configuration.servers(), configuration.contextPath(), login, configuration.tls());
    }
    return http;
  }

  @Override
  protected void release() {
    synchronized (this) {
      released = true;
      if (http != null) {
        http.close();
      }
    }
    // Outside the lock, as it waits for a thread.
    listener.close();
  }
}
