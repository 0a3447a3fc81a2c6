package io.fairlead.configs;

import io.fairlead.common.Key;
import java.util.List;

/**
 * The factory of the config sources of one type. It is found by {@link java.util.ServiceLoader}.
 * Thread-safe.
 *
 * @param <C> the type's own configuration: a record whose components bear a {@link Key} each, as
 *     that of a registry adapter
 */
public interface ConfigSourceFactory<C extends Record> {
  /** Returns the value of {@code type:} in the configuration, unique among all factories. */
  String type();

  /** Returns the record that the type's own keys are read into. */
  Class<C> configurationType();

  /**
   * Returns the content of files of this machine that a configuration names, for {@code fairlead
   * check}. No store is contacted.
   */
  default FileContents contents(C configuration) {
    return new FileContents(List.of(), List.of());
  }

  /**
   * The content of files.
   *
   * @param documents what could be read, each with the path of its file as its key
   * @param problems why the rest could not, each with the path first
   */
  record FileContents(List<ConfigDocument> documents, List<String> problems) {
    /** Copies the lists. */
    public FileContents {
      documents = List.copyOf(documents);
      problems = List.copyOf(problems);
    }
  }

  /** Creates a source; nothing is read and no connection is opened before it is started. */
  ConfigSource create(ConfigSourceContext context, C configuration);
}
