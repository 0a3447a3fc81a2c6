package io.fairlead.registry.consul;

import io.vertx.core.http.HttpClientRequest;
import java.lang.reflect.Field;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a request that was sent small while it waits for its answer.
 *
 * <p>Vert.x gives each HTTP/2 stream a queue for what other threads write to it, with room for a
 * thousand messages: 4.7 KB, or 46 MB of 10,000 watches. Nothing but a reset is written to these
 * any more, and its public API has no way to another queue, hence a reflective access. Where the
 * names are others in a later Vert.x, the room stays: a warning says so, and {@code
 * SentRequestTest} fails.
 */
final class SentRequest {
  private static final Logger LOG = LoggerFactory.getLogger(SentRequest.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private SentRequest() {}

  /**
   * Gives back the room of the queue. Called by the loop that owns the connection, which is the
   * only one to write.
   *
   * @return whether it could
   */
  static boolean shrink(HttpClientRequest request) {
    try {
      Object messages = value(value(value(request, "stream"), "outboundQueue"), "mqp");
      Field queue = field(messages.getClass(), "queue");
      if (!((Queue<?>) queue.get(messages)).isEmpty()) {
        return false;
      }
      queue.set(messages, new ConcurrentLinkedQueue<>());
      return true;
    } catch (ReflectiveOperationException | ClassCastException e) {
      if (!WARNED.getAndSet(true)) {
        LOG.warn("The queue of a stream cannot be reached: each watch takes 4.7 KB more", e);
      }
      return false;
    }
  }

  private static Object value(Object owner, String name) throws ReflectiveOperationException {
    return field(owner.getClass(), name).get(owner);
  }

  private static Field field(Class<?> owner, String name) throws NoSuchFieldException {
    for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field;
        }
      }
    }
    throw new NoSuchFieldException(owner.getName() + "." + name);
  }
}
