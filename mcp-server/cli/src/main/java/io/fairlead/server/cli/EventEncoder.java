package io.fairlead.server.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;

/** An encoder of the log's events with nothing before the first and after the last. Stateless. */
abstract class EventEncoder extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};

  private final boolean allTraces;

  /**
   * Creates an encoder.
   *
   * @param allTraces whether every exception has its stack trace
   */
  EventEncoder(boolean allTraces) {
    this.allTraces = allTraces;
  }

  /** Returns whether the exception of an event is written with its stack trace. */
  final boolean hasTrace(ILoggingEvent event) {
    return allTraces || ThrownText.isOwnError(event);
  }

  @Override
  public final byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public final byte[] footerBytes() {
    return NOTHING;
  }
}
