package io.fairlead.configs.file;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.files.Listing;
import io.fairlead.files.TimedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The factory of config sources of type {@code file}. */
public final class FileConfigSourceFactory implements ConfigSourceFactory<FileSourceConfiguration> {
  /** Called by {@link java.util.ServiceLoader}. */
  public FileConfigSourceFactory() {}

  @Override
  public String type() {
    return "file";
  }

  @Override
  public Class<FileSourceConfiguration> configurationType() {
    return FileSourceConfiguration.class;
  }

  @Override
  public FileContents contents(FileSourceConfiguration configuration) {
    Path top = configuration.path();
    TimedFiles files = new TimedFiles("configs-check");
    try {
      TextCache.Texts texts = new TextCache(top, files).read(files.list(top), () -> false);
      List<ConfigDocument> documents =
          texts.documents().values().stream()
              .map(
                  document ->
                      new ConfigDocument(
                          path(top, document.key()), document.text(), document.problem()))
              .toList();
      List<String> problems = new ArrayList<>();
      texts.unreadable().forEach((key, reason) -> problems.add(path(top, key) + ": " + reason));
      return new FileContents(documents, problems);
    } catch (IOException e) {
      return new FileContents(List.of(), List.of(top + ": " + Listing.reason(e)));
    } finally {
      files.close();
    }
  }

  // One file is a document of its name.
  private static String path(Path top, String key) {
    return (Files.isDirectory(top) ? top.resolve(key) : top).toString();
  }

  @Override
  public ConfigSource create(ConfigSourceContext context, FileSourceConfiguration configuration) {
    return new FileConfigSource(context, configuration);
  }
}
