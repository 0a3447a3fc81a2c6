package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Notice;
import io.fairlead.registry.testkit.RecordingSink;
import org.junit.jupiter.api.Test;

class NoticeReporterTest {
  private final RecordingSink sink = new RecordingSink();
  private final NoticeReporter reporter = new NoticeReporter(sink);

  private static Notice notice(Notice.Kind kind, String message) {
    return new Notice(kind, "subject", message, "Do something.");
  }

  @Test
  void notices_ofSeveralParts_areToldTogether_andEndOneByOne() {
    Notice late = notice(Notice.Kind.CHANGES_LATE, "Late.");
    Notice soon = notice(Notice.Kind.CREDENTIAL_EXPIRES, "Soon.");
    Notice over = notice(Notice.Kind.CREDENTIAL_EXPIRES, "Over.");

    reporter.report(late);
    reporter.report(soon);
    assertThat(sink.notices()).containsExactlyInAnyOrder(late, soon);
    reporter.report(over);
    assertThat(sink.notices()).containsExactlyInAnyOrder(late, over);
    reporter.end(Notice.Kind.CHANGES_LATE);
    assertThat(sink.notices()).containsExactly(over);
    reporter.end(Notice.Kind.CREDENTIAL_EXPIRES);
    assertThat(sink.notices()).isEmpty();
  }
}
