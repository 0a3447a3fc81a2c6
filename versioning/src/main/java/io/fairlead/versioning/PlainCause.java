package io.fairlead.versioning;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The cause of an error of a file or of SQLite in the words of the system, for people. */
final class PlainCause {
  private PlainCause() {}

  static String of(Exception e) {
    if (e instanceof FileSystemException of) {
      return of.getFile() + ": " + reason(of);
    }
    String message = e.getMessage();
    return message == null ? "an error without a message" : message;
  }

  private static String reason(FileSystemException e) {
    if (e instanceof AccessDeniedException) {
      return "access is denied";
    }
    if (e instanceof NoSuchFileException) {
      return "it does not exist and cannot be made";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of that name is there, and no directory";
    }
    String reason = e.getReason();
    return reason == null ? "it cannot be used" : reason;
  }
}
