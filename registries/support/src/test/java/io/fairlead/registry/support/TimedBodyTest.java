package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimedBodyTest {
  @Test
  void body_thatNeverEnds_isGivenUp() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }
        };
    assertThatThrownBy(
            () -> new TimedBody(endless, Duration.ofMillis(50)).readNBytes(Integer.MAX_VALUE))
        .isInstanceOf(InterruptedIOException.class);
  }
}
