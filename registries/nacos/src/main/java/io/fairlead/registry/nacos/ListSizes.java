package io.fairlead.registry.nacos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sizes of the latest lists, which show when much is gone at once. Confined to the owner. */
final class ListSizes {
  // A list that lost this much at once is doubted, as the gateway's own guard does.
  private static final double SUSPICIOUS_SHARE = 0.3;
  private static final int SUSPICIOUS_COUNT = 10;

  private final Map<String, Integer> services = new HashMap<>();
  private final Map<String, Integer> instances = new HashMap<>();

  /** Takes the list of a namespace; whether it lacks suspiciously much of the one before. */
  boolean shrank(String namespace, List<ServiceRow> rows) {
    int count = 0;
    for (ServiceRow row : rows) {
      count += row.counts().map(ServiceRow.Counts::instances).orElse(0);
    }
    Integer servicesBefore = services.put(namespace, rows.size());
    Integer instancesBefore = instances.put(namespace, count);
    return isSuspicious(servicesBefore, rows.size()) || isSuspicious(instancesBefore, count);
  }

  private static boolean isSuspicious(@Nullable Integer before, int now) {
    return before != null
        && before - now >= SUSPICIOUS_COUNT
        && before - now > before * SUSPICIOUS_SHARE;
  }
}
