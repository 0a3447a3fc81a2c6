package io.fairlead.nacos;

/** The result of a GET that the server answered and permitted. */
public sealed interface GetResult<T> {
  /** The data asked for. */
  record Data<T>(T value) implements GetResult<T> {}

  /**
   * The API is there and says that it has no such thing.
   *
   * @param message the server's words
   */
  record Absent<T>(String message) implements GetResult<T> {}
}
