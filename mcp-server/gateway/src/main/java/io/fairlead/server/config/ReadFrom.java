package io.fairlead.server.config;

/**
 * The configuration of something that is read from somewhere: of a registry, or of a config source.
 *
 * @param <C> the type itself
 */
public interface ReadFrom<C extends ReadFrom<C>> {
  /** Returns its name, unique among those of its type. */
  String name();

  /** Whether it reads from where another one reads, whatever becomes of what is read. */
  boolean hasSourceOf(C other);
}
