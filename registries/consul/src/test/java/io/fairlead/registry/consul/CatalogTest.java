package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
  private static Catalog of(String json) throws JsonProcessingException {
    return Catalog.of(new JsonMapper().readTree(json.replace('\'', '"')), List.of());
  }

  @Test
  void of_foldsNames() throws JsonProcessingException {
    Catalog one = of("{'web':[],'Web':[],'consul':[],'api':[]}");
    assertThat(one.names()).isEqualTo(Set.of("web", "api"));
    assertThat(one.holdsServers()).isTrue();
    assertThat(of("{'WEB':[],'API':[],'Consul':[],'':[]}")).isEqualTo(one);
  }

  @Test
  void of_tellsWhetherTheServersAreThere() throws JsonProcessingException {
    assertThat(of("{}").holdsServers()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "'x'", "3"})
  void of_refusesWhatTheApiDoesNotPromise(String json) {
    assertThatThrownBy(() -> of(json)).isInstanceOf(MalformedAnswerException.class);
  }

  @Test
  void changedChecks_areThoseInOneOnly() {
    FailingChecks.Check stays = new FailingChecks.Check("n", "a", "web", "critical");
    FailingChecks.Check goes = new FailingChecks.Check("n", "b", "api", "critical");
    FailingChecks.Check comes = new FailingChecks.Check("n", "c", "", "warning");
    assertThat(
            FailingChecks.changed(
                new FailingChecks(Set.of(stays, goes)), new FailingChecks(Set.of(stays, comes))))
        .containsExactlyInAnyOrder(goes, comes);
  }
}
