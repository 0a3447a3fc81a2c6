package io.fairlead.server.xds;

import io.fairlead.revisions.View;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a client with one type: what it acknowledged last and what it refused since. It
 * costs two references for a client and type, however many resources there are. Immutable; made by
 * the stream's work, read by any thread.
 *
 * @param acknowledged what the client has, null before its first ACK
 * @param refusal the last refusal since then, null if there was none
 */
record Progress(@Nullable Acknowledged acknowledged, @Nullable Refusal refusal) {
  /** Nothing was answered yet. */
  static final Progress NONE = new Progress(null, null);

  /**
   * The state that a client has acknowledged.
   *
   * @param view what the acknowledged response led to
   * @param interest whether the client asked for a name; may be called by any thread
   * @param at when it acknowledged
   */
  record Acknowledged(View view, Predicate<String> interest, Instant at) {}

  /**
   * A refused response.
   *
   * @param at when it was refused
   * @param text what the client said
   */
  record Refusal(Instant at, String text) {}

  static Progress acknowledged(View view, Predicate<String> interest) {
    return new Progress(new Acknowledged(view, interest, Instant.now()), null);
  }

  Progress refused(String text) {
    return new Progress(acknowledged, new Refusal(Instant.now(), text));
  }

  /** The same in a newer view that shows the client nothing else, so that the older one can go. */
  Progress movedFrom(View before, View view) {
    Acknowledged had = acknowledged;
    return had != null && had.view().equals(before)
        ? new Progress(new Acknowledged(view, had.interest(), had.at()), refusal)
        : this;
  }
}
