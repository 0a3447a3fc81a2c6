package io.fairlead.configs.consul;

import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.support.PolledConfigSource;
import java.io.IOException;
import java.time.Duration;

/**
 * A config source that mirrors the keys below a prefix of Consul's key-value store: one query waits
 * for a change, then another one has all of them at one index. So what was written in one
 * transaction is one change.
 *
 * <p>An index that went back means that Consul was set back to a snapshot or built anew: what is
 * missing then is kept for a while, since somebody may be about to write it again.
 */
final class ConsulConfigSource extends PolledConfigSource {
  // A prefix that is written all the time wakes the query each time; each answer is all of it.
  private static final Duration MIN_INTERVAL = Duration.ofMillis(200);
  private static final Duration KEEPING_INTERVAL = Duration.ofSeconds(1);

  private final ConsulSourceConfiguration configuration;
  private final KeysClient client;

  // Of the last answer that was believed, whatever failed since.
  private long lastIndex;
  // What the next query waits with; 0 to have all at once.
  private long index;

  ConsulConfigSource(ConfigSourceContext context, ConsulSourceConfiguration configuration) {
    super(context);
    this.configuration = configuration;
    this.client = new KeysClient(configuration);
  }

  @Override
  protected Duration look() throws IOException {
    try {
      if (index > 0 && !report().isBeginning() && !report().isKeeping()) {
        if (client.awaitChange(index) == index) {
          report().unchanged();
          return Duration.ZERO;
        }
      }
      KeysAnswer answer = client.read();
      if (answer.index() < lastIndex) {
        report()
            .doubt(
                client.address()
                    + ": its index went back, as after a restore or if it was built anew",
                configuration.settle());
      }
      lastIndex = answer.index();
      index = answer.index();
      report().whole(answer.documents().values());
      return report().isKeeping() ? KEEPING_INTERVAL : MIN_INTERVAL;
    } catch (IOException e) {
      index = 0;
      throw e;
    }
  }

  @Override
  protected void release() {
    client.close();
  }
}
