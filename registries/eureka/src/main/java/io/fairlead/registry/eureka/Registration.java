package io.fairlead.registry.eureka;

import io.fairlead.registry.Instance;

/**
 * An instance as one answer of a server lists it. Immutable.
 *
 * @param app the app's name in lower case: Eureka ignores case and answers in upper case
 * @param status its status, overrides of operators included
 * @param updated when the server last changed it, in milliseconds of the server's own clock
 * @param deleted whether it is listed because it went
 * @param instance what the gateway makes of it
 */
record Registration(String app, Status status, long updated, boolean deleted, Instance instance) {
  /** Returns the same as one of another app. */
  Registration of(String other) {
    return new Registration(other, status, updated, deleted, instance);
  }
}
