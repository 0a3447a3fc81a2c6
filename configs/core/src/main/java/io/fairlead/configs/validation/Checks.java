package io.fairlead.configs.validation;

import com.google.protobuf.Duration;
import io.fairlead.istio.networking.v1alpha3.Percent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules that several kinds share. */
final class Checks {
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final double MIN_PERCENT = 0.0001;

  private Checks() {}

  /** Checks a duration that is at least a millisecond, in whole ones. */
  static void duration(Duration duration, Spot at) {
    boolean tooShort =
        duration.getSeconds() < 0
            || (duration.getSeconds() == 0 && duration.getNanos() < NANOS_PER_MILLI);
    if (tooShort || duration.getNanos() % NANOS_PER_MILLI != 0) {
      at.refuse(written(at), "at least 1ms, in whole milliseconds");
    }
  }

  private static String written(Spot at) {
    return at.node().map(node -> node.describe()).orElse("a duration");
  }

  static void notNegative(int number, Spot at) {
    if (number < 0) {
      at.refuse(Integer.toString(number), "0 or more");
    }
  }

  /** Checks a percentage in whole numbers. */
  static void percent(int percent, Spot at) {
    if (percent < 0 || percent > 100) {
      at.refuse(Integer.toString(percent), "0 to 100");
    }
  }

  static void percentage(Percent percentage, Spot at) {
    double value = percentage.getValue();
    if (value < 0 || value > 100 || (value > 0 && value < MIN_PERCENT)) {
      at.at("value").refuse(Double.toString(value), "0, or 0.0001 to 100");
    }
  }

  /** Checks a percentage that may be as small as one likes. */
  static void anyPercentage(Percent percentage, Spot at) {
    double value = percentage.getValue();
    if (value < 0 || value > 100) {
      at.at("value").refuse(Double.toString(value), "0 to 100");
    }
  }

  /** A sort of resource that can be exported to namespaces. */
  enum Exported {
    CONFIGURATION,
    SERVICE
  }

  static void exportTo(List<String> exportTo, String namespace, Exported exported, Spot at) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < exportTo.size(); i++) {
      String entry = exportTo.get(i);
      Spot here = at.at(i);
      String meant = entry.equals(".") ? namespace : entry;
      if (!seen.add(meant)) {
        here.refuse(entry, "each namespace once (. is " + namespace + ")");
      } else if (entry.equals("~") && exported == Exported.CONFIGURATION) {
        here.refuse(entry, "namespaces, . or *: only a ServiceEntry may be exported to nobody");
      } else if (!meant.equals("*") && !meant.equals("~") && !Hosts.isLabel(meant)) {
        here.refuse(entry, "a namespace, . or *");
      }
    }
    if (exportTo.size() > 1 && (seen.contains("*") || seen.contains("~"))) {
      at.refuse(String.join(", ", exportTo), "* or ~ alone");
    }
  }
}
