package io.fairlead.configs.file;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.ConfigCapability;
import io.fairlead.configs.testkit.ConfigSourceContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;

/** The contract with a folder that is written as Kubernetes writes a ConfigMap's volume. */
final class FileSourceContractTest extends ConfigSourceContract {
  private final Map<String, String> texts = new TreeMap<>();
  private final Path top;
  private final Path away;
  // Where the folder is now.
  private Path place;
  private int version;

  FileSourceContractTest(@TempDir Path folder) throws IOException {
    this.top = Files.createDirectory(folder.resolve("mesh"));
    this.away = folder.resolve("away");
    this.place = top;
  }

  @Override
  protected ConfigSource source(ConfigSourceContext context) {
    return new FileConfigSourceFactory()
        .create(
            context,
            new FileSourceConfiguration(top, Duration.ofMillis(500), Duration.ofMillis(50)));
  }

  @Override
  protected String key(String document) {
    return document;
  }

  @Override
  protected void write(Map<String, String> put, Collection<String> removed) {
    texts.putAll(put);
    texts.keySet().removeAll(removed);
    try {
      Path next = Files.createDirectory(place.resolve("..data-" + ++version));
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Files.writeString(next.resolve(text.getKey()), text.getValue());
      }
      Path link = Files.createSymbolicLink(place.resolve("..data_tmp"), next.getFileName());
      Files.move(link, place.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      for (String document : texts.keySet()) {
        Path file = place.resolve(document);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.createSymbolicLink(file, Path.of("..data", document));
        }
      }
      for (String document : removed) {
        Files.delete(place.resolve(document));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void makeUnreachable() {
    move(top, away);
  }

  @Override
  protected void makeReachable() {
    move(away, top);
  }

  private void move(Path from, Path to) {
    try {
      Files.move(from, to);
      place = to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Set<ConfigCapability> lacking() {
    return Set.of(
        ConfigCapability.TRANSACTION,
        ConfigCapability.NETWORK,
        ConfigCapability.RESTART,
        ConfigCapability.LOGIN);
  }
}
