package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A reporter that tells the sink, whenever it changes, which services and instances are kept
 * although the registry no longer shows them. Confined to the owner's thread.
 */
final class HoldReporter {
  /** The number of holds that are reported one by one; after a larger loss the rest is counted. */
  static final int MAX_NAMED = 500;

  private final RegistrySink sink;
  private List<Hold> next = new ArrayList<>();
  private List<Hold> told = List.of();
  private Instant now = Instant.EPOCH;

  HoldReporter(RegistrySink sink) {
    this.sink = sink;
  }

  /** Starts a new report. */
  void begin(Instant instant) {
    now = instant;
    next = new ArrayList<>();
  }

  /** Adds a service that the list lacks. */
  void service(ServiceId id, Absence gone, Hold.Reason reason, Duration left, Duration settle) {
    next.add(
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
    next.add(
        missing.hold(
            id + " instance " + instance,
            reason,
            "Nacos no longer gives this instance; " + why(reason, settle),
            now,
            left));
  }

  /** Adds all instances of a service that seems to have none any more. */
  void lastInstances(ServiceId id, Absence emptied, Duration left) {
    next.add(
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
    List<Hold> all = next;
    next = new ArrayList<>();
    all.sort(Comparator.comparing(Hold::since).thenComparing(Hold::subject));
    if (all.size() > MAX_NAMED) {
      List<Hold> others = all.subList(MAX_NAMED, all.size());
      Hold last = others.get(others.size() - 1);
      Hold sum =
          new Hold(
              others.size() + " more, the last of them " + last.subject(),
              last.reason(),
              others.get(0).since(),
              last.until(),
              last.explanation());
      all = new ArrayList<>(all.subList(0, MAX_NAMED));
      all.add(sum);
    }
    if (!all.equals(told)) {
      told = List.copyOf(all);
      sink.holding(told);
    }
  }
}
