package io.fairlead.conversion;

import io.fairlead.registry.ServiceId;
import java.util.Comparator;
import java.util.Objects;

/**
 * A refusal, omission or repair of a conversion, with its number of occurrences in this service.
 * Equal ones are counted together, so that a service of 10,000 instances has only a few.
 *
 * @param reason what happened
 * @param subject where: the id of the first instance in the order of ids, or the service
 * @param detail the value at fault, printable and shortened; may be empty
 * @param count how many times, at least 1
 */
public record Finding(Reason reason, String subject, String detail, int count)
    implements Comparable<Finding> {

  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::reason)
          .thenComparing(Finding::detail)
          .thenComparing(Finding::subject)
          .thenComparing(Finding::count);

  public Finding {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(detail, "detail");
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: at least 1)");
    }
  }

  /** Creates a finding that occurred once. */
  public Finding(Reason reason, String subject, String detail) {
    this(reason, subject, detail, 1);
  }

  /** Returns a finding about a whole service, made printable. */
  public static Finding about(ServiceId service, Reason reason, String detail) {
    return new Finding(reason, SafeText.of(service.toString()), SafeText.of(detail));
  }

  /** Returns the same finding with another detail, made printable. */
  public Finding withDetail(String newDetail) {
    return new Finding(reason, subject, SafeText.of(newDetail), count);
  }

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }
}
