package io.fairlead.registry.nacos;

/** What a GET came to, where the server answered and let the user read. */
sealed interface Fetched<T> {
  /** The data asked for. */
  record Data<T>(T value) implements Fetched<T> {}

  /**
   * The API is there and says that it has no such thing.
   *
   * @param message the server's words
   */
  record Absent<T>(String message) implements Fetched<T> {}
}
