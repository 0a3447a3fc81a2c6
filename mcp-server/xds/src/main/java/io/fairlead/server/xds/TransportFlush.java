package io.fairlead.server.xds;

import io.grpc.ServerCall;
import io.grpc.Status;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A flush of the transport in the middle of a message: it sends what it was given so far.
 *
 * <p>gRPC cuts a message into buffers of 1 MB, and sends none of them before all of it was handed
 * over. So a response of 75 MB stands in the transport's buffers as a whole, once for every client
 * that is being given it. What is needed is there, the {@code scheduleFlush} of the connection's
 * write queue, but the public API has no way to it (asked for since 2015, grpc-java issues 454 and
 * 502). Hence the one reflective access of this project. Where the names are others in a later
 * gRPC, messages are handed over as a whole again: a warning says so, and {@code PacedResponseTest}
 * fails.
 */
final class TransportFlush {
  private static final Logger LOG = LoggerFactory.getLogger(TransportFlush.class);

  private final Object queue;
  private final Method schedule;

  private TransportFlush(Object queue, Method schedule) {
    this.queue = queue;
    this.schedule = schedule;
  }

  /** That of a call; empty: it has none that could be reached. */
  static Optional<TransportFlush> of(ServerCall<?, ?> call) {
    if (!call.getClass().getName().equals("io.grpc.internal.ServerCallImpl")) {
      // Of a test, or wrapped by somebody.
      return Optional.empty();
    }
    try {
      Object queue = value(value(call, "stream"), "writeQueue");
      Method schedule = queue.getClass().getDeclaredMethod("scheduleFlush");
      schedule.setAccessible(true);
      return Optional.of(new TransportFlush(queue, schedule));
    } catch (ReflectiveOperationException e) {
      LOG.warn("gRPC's write queue cannot be reached: large responses are buffered as a whole", e);
      return Optional.empty();
    }
  }

  /**
   * Ends a call at once, whatever waits in the transport's buffers: those are let go of. Does
   * nothing where gRPC's stream cannot be reached. From any thread, also after the call was closed,
   * for which the public API has no way.
   */
  static void cancel(ServerCall<?, ?> call, Status status) {
    if (call.getClass().getName().equals("io.grpc.internal.ServerCallImpl")) {
      try {
        Object stream = value(call, "stream");
        Class.forName("io.grpc.internal.ServerStream")
            .getMethod("cancel", Status.class)
            .invoke(stream, status);
      } catch (ReflectiveOperationException e) {
        LOG.warn("gRPC's stream cannot be reached: its buffers are kept until the client goes", e);
      }
    }
  }

  private static Object value(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  /** Sends what is complete of the transport's buffers; returns at once. From any thread. */
  void flush() {
    try {
      schedule.invoke(queue);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("gRPC's write queue: no flush", e);
    }
  }
}
