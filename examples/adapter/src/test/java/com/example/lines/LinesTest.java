package com.example.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LinesTest {
  @Test
  void parse_listOfInstances_isServices() throws IOException {
    String list =
        """
        # the shop
        orders 10.0.0.1 8080 version=v1
        orders 10.0.0.2 8080 version=v2 down=1   # in repair
        reviews 10.0.0.3 9080
        end
        """;

    assertThat(Lines.parse(list))
        .extracting(service -> service.id().name())
        .containsExactly("orders", "reviews");
    assertThat(Lines.parse(list).get(0).instances())
        .extracting(Instance::availability)
        .containsExactly(Availability.READY, Availability.UNHEALTHY);
  }

  @Test
  void parse_listThatIsCutShort_isRefused() {
    assertThatThrownBy(() -> Lines.parse("orders 10.0.0.1 8080\n"))
        .hasMessage("the list is cut short (expected: \"end\" in its last line)");
  }

  @Test
  void parse_lineThatIsNone_isRefused() {
    assertThatThrownBy(() -> Lines.parse("orders 10.0.0.1\nend\n"))
        .hasMessage("line 1: orders 10.0.0.1 (expected: SERVICE ADDRESS PORT [KEY=VALUE ...])");
  }
}
