package io.fairlead.registry.support;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * The body of an answer that must arrive completely within a time limit. The socket's own limit
 * applies to each read, so a server that sends a byte now and then would block the reader for ever.
 * Confined to the reader.
 */
final class TimedBody extends FilterInputStream {
  private final long deadline;

  TimedBody(InputStream body, Duration limit) {
    super(body);
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  @Override
  public int read() throws IOException {
    check();
    return super.read();
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    check();
    return super.read(buffer, offset, length);
  }

  /** Does nothing: closing the wrapped stream would read the rest of it without a time limit. */
  @Override
  public void close() {}

  private void check() throws InterruptedIOException {
    if (System.nanoTime() - deadline > 0) {
      throw new InterruptedIOException("the answer did not end in time");
    }
  }
}
