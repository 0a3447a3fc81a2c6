package io.fairlead.server.admin;

import io.fairlead.versioning.TransactionStatus;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The operators' transactions that are open, and what they mean for what is served.
 *
 * @param all oldest first
 */
record OpenTransactions(List<TransactionStatus> all) {
  OpenTransactions {
    all = List.copyOf(all);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Returns the one since which changes are held; there is one. */
  TransactionStatus first() {
    return all.get(0);
  }

  /** Returns how long changes are held, after "are" or alone; there is one. */
  String held() {
    TransactionStatus last = all.get(all.size() - 1);
    return all.size() == 1
        ? "held by transaction "
            + last.id()
            + " until it is released or "
            + ServingProblems.text(last.expires())
            + " has come"
        : "held by the transactions "
            + all.stream().map(TransactionStatus::id).collect(Collectors.joining(", "))
            + " until all are released";
  }

  /** Returns why what was read is not served yet. */
  String pending() {
    return isEmpty() ? "not committed yet: changes are gathered for a moment (batching)" : held();
  }
}
