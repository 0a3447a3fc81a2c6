package io.fairlead.configs.testkit;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract with a small source, which has a defect or none. */
abstract class TextContract extends ConfigSourceContract {
  private final TextStore store = new TextStore(secret());
  private final FaultProxy link = FaultProxy.to(store.port());

  abstract Defect defect();

  private String secret() {
    return "secret-of-" + sourceName() + ".";
  }

  @Override
  protected ConfigSource source(ConfigSourceContext context) {
    return sourceWithWrongSecret(context, secret());
  }

  @Override
  protected ConfigSource sourceWithWrongSecret(ConfigSourceContext context, String secret) {
    return new TextSource(context, link.port(), secret, defect());
  }

  @Override
  protected String key(String document) {
    return document;
  }

  @Override
  protected void write(Map<String, String> put, Collection<String> removed) {
    store.write(put, removed);
  }

  @Override
  protected void makeUnreachable() {
    link.cut();
  }

  @Override
  protected void makeReachable() {
    link.restore();
  }

  @Override
  protected void restart() {
    store.restart();
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link);
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(secret());
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // The store's own threads, and those of contracts that run at the same time.
    return !thread.getName().contains("-" + sourceName());
  }

  @Override
  protected boolean isOfAnotherTest(String file) {
    // Others open and close files meanwhile: one less would hide one that was left.
    return !file.contains(TextSource.LEAKED_FILE + sourceName() + ".");
  }

  @Override
  protected void cleanUp() {
    link.close();
    store.close();
  }

  @Override
  protected Duration limit() {
    return Duration.ofSeconds(12);
  }

  @Override
  protected Duration outageLimit() {
    return Duration.ofSeconds(12);
  }
}
