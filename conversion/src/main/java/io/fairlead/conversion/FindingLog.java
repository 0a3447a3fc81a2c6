package io.fairlead.conversion;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log of the findings of one conversion: equal ones are counted, and of each reason only the
 * first few details are kept, so that the result is small and the same for every order of the
 * instances. Used by one thread.
 */
final class FindingLog {
  /** The number of details kept of one reason; the rest is counted together. */
  static final int MAX_DETAILS = 8;

  private final String service;
  private final Map<Reason, TreeMap<String, Occurrences>> log = new TreeMap<>();

  /** The number of occurrences, and the first subject in alphabetical order. */
  private record Occurrences(String subject, int count) {
    Occurrences plus(Occurrences other) {
      return new Occurrences(
          subject.compareTo(other.subject) <= 0 ? subject : other.subject, count + other.count);
    }
  }

  FindingLog(String service) {
    this.service = service;
  }

  /** A finding about the service as a whole. */
  void add(Reason reason, String detail) {
    add(reason, service, detail);
  }

  /** A finding about one instance. */
  void add(Reason reason, String subject, String detail) {
    log.computeIfAbsent(reason, r -> new TreeMap<>())
        .merge(detail, new Occurrences(subject, 1), Occurrences::plus);
  }

  /** Returns everything found, sorted. */
  List<Finding> findings() {
    if (log.isEmpty()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    log.forEach(
        (reason, details) -> {
          int kept = 0;
          Occurrences others = null;
          for (Map.Entry<String, Occurrences> detail : details.entrySet()) {
            Occurrences found = detail.getValue();
            if (kept < MAX_DETAILS) {
              findings.add(finding(reason, found, SafeText.of(detail.getKey())));
              kept++;
            } else {
              others = others == null ? found : others.plus(found);
            }
          }
          if (others != null) {
            findings.add(finding(reason, others, "and others"));
          }
        });
    return findings;
  }

  private static Finding finding(Reason reason, Occurrences found, String detail) {
    return new Finding(reason, SafeText.of(found.subject()), detail, found.count());
  }
}
