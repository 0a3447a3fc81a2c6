package io.fairlead.server.xds;

import io.fairlead.revisions.View;
import java.time.Duration;
import java.util.Collection;

/** How far a client is with one type on a state-of-the-world stream, stock or incremental. */
interface StateSubscribed extends Subscribed {
  /** Whether a response with that nonce is the one that is on its way. */
  boolean awaits(String responseNonce);

  /** Takes the names that the client wants, none for everything; a change is owed an answer. */
  void subscribe(Collection<String> wanted);

  /** The client asks anew: it gets everything again. */
  void restart();

  /** The client took the response. */
  void acknowledged();

  /** The client refused the response; gives the time after which to try again, zero for never. */
  Duration refused(String message, long nowNanos);

  /** Makes the response for a view and notes it as sent: to be sent right after. */
  EncodedMessage send(View view, String newNonce, long nowNanos);
}
