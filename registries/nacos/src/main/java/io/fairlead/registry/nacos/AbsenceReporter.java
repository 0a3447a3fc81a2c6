package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.HoldReporter;
import java.time.Duration;
import java.time.Instant;

/**
 * A reporter that tells the sink, whenever it changes, which services and instances are kept
 * although the registry no longer shows them. Confined to the owner's thread.
 */
final class AbsenceReporter {
  private final HoldReporter holds;
  private Instant now = Instant.EPOCH;

  AbsenceReporter(RegistrySink sink) {
    this.holds = new HoldReporter(sink);
  }

  /** Starts a new report. */
  void begin(Instant instant) {
    now = instant;
  }

  /** Adds a service that the list lacks. */
  void service(ServiceId id, Absence gone, Hold.Reason reason, Duration left, Duration settle) {
    holds.add(
        gone.hold(
            id.toString(),
            reason,
            "the list of services of namespace "
                + id.namespace()
                + " lacks it; "
                + why(reason, settle),
            now,
            left));
  }

  /** Adds an instance that reads no longer find; its id is that of {@link InstanceRecord#id()}. */
  void instance(
      ServiceId id,
      String instance,
      Absence missing,
      Hold.Reason reason,
      Duration left,
      Duration settle) {
    holds.add(
        missing.hold(
            id + " instance " + instance,
            reason,
            "Nacos no longer gives this instance; " + why(reason, settle),
            now,
            left));
  }

  /** Adds all instances of a service that seems to have none any more. */
  void lastInstances(ServiceId id, Absence emptied, Duration left) {
    holds.add(
        emptied.hold(
            id + " all instances",
            Hold.Reason.UNCONFIRMED,
            "Nacos gives no instance of it any more; " + why(Hold.Reason.UNCONFIRMED, left),
            now,
            left));
  }

  private static String why(Hold.Reason reason, Duration settle) {
    String lacking =
        "; kept until answers have lacked it for "
            + settle.toSeconds()
            + " s, or no read has failed for that long";
    return switch (reason) {
      case UNCONFIRMED -> "it is read once more before that is believed";
      case RESTORE -> "much went at once, so the list may not be whole" + lacking;
      default ->
          "a read failed or another server answered, and after a restart instances have yet to"
              + " register again"
              + lacking;
    };
  }

  /** Passes the report to the sink if it differs from the last one. */
  void tell() {
    holds.report();
  }
}
