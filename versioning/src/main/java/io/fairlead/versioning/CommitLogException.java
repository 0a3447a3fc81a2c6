package io.fairlead.versioning;

import org.jspecify.annotations.Nullable;

/** The failure to read or write a commit log; the message names the file and what to do. */
public final class CommitLogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With what happened, to which store, and what to do. */
  public CommitLogException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
