package io.fairlead.registry.support;

import io.fairlead.registry.Notice;
import io.fairlead.registry.RegistrySink;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A reporter of an adapter's notices: each part of the adapter tells its own, one of a kind, and
 * the sink is told all of them when one changed. Confined to the thread that calls the sink.
 */
public final class NoticeReporter {
  private final RegistrySink sink;
  private final Map<Notice.Kind, Notice> notices = new EnumMap<>(Notice.Kind.class);

  public NoticeReporter(RegistrySink sink) {
    this.sink = sink;
  }

  /** Reports a notice in place of the former one of its kind. */
  public void report(Notice notice) {
    if (!notice.equals(notices.put(notice.kind(), notice))) {
      sink.notices(List.copyOf(notices.values()));
    }
  }

  /** Ends the notice of a kind, if there is one. */
  public void end(Notice.Kind kind) {
    if (notices.remove(kind) != null) {
      sink.notices(List.copyOf(notices.values()));
    }
  }
}
