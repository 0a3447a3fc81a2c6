package io.fairlead.registry.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApplicationsTest {
  private final Applications copy =
      new Applications(
          List.of(
              registration("web", "a", Status.UP, 100),
              registration("web", "b", Status.UP, 200),
              registration("db", "c", Status.STARTING, 300),
              registration("db", "d", Status.OUT_OF_SERVICE, 300),
              registration("db", "e", Status.DOWN, 300),
              registration("db", "f", Status.UNKNOWN, 300)));

  private static Registration registration(String app, String id, Status status, long updated) {
    return new Registration(
        app,
        status,
        updated,
        false,
        new Instance(id, "10.0.0.1", 80, 1, status.availability(), Locality.NONE, Map.of()));
  }

  private static Registration gone(String app, String id, long updated) {
    Registration last = registration(app, id, Status.UP, updated);
    return new Registration(app, last.status(), updated, true, last.instance());
  }

  @Test
  void hash_namesEachStatusInOrder() {
    assertThat(copy.hash()).isEqualTo("DOWN_1_OUT_OF_SERVICE_1_STARTING_1_UNKNOWN_1_UP_2_");
    assertThat(new Applications(List.of()).hash()).isEmpty();
  }

  @Test
  void apply_changes() {
    assertThat(
            copy.apply(
                List.of(
                    registration("web", "a", Status.DOWN, 400),
                    registration("new", "x", Status.UP, 400),
                    gone("db", "c", 400))))
        .containsExactly("db", "new", "web");
    assertThat(copy.hash()).isEqualTo("DOWN_2_OUT_OF_SERVICE_1_UNKNOWN_1_UP_2_");
    assertThat(copy.service("new")).map(Service::instances).get().asList().hasSize(1);
  }

  @Test
  void apply_lastInstanceGone_serviceIsGone() {
    assertThat(copy.apply(List.of(gone("web", "a", 400), gone("web", "b", 400))))
        .containsExactly("web");
    assertThat(copy.service("web")).isEmpty();
    assertThat(copy.services()).hasSize(1);
  }

  @Test
  void apply_again_changesNothing() {
    List<Registration> changes =
        List.of(
            registration("web", "a", Status.DOWN, 400),
            registration("new", "x", Status.UP, 400),
            gone("db", "c", 400));
    copy.apply(changes);
    String before = copy.hash();
    assertThat(copy.apply(changes)).isEmpty();
    assertThat(copy.hash()).isEqualTo(before);
  }

  @Test
  void apply_whatIsOlderThanTheCopy_isPassedOver() {
    assertThat(
            copy.apply(
                List.of(
                    registration("web", "b", Status.DOWN, 199),
                    registration("web", "left", Status.UP, 300),
                    gone("web", "b", 199))))
        .isEmpty();
    assertThat(copy.service("web").orElseThrow().instances()).hasSize(2);
  }

  @Test
  void apply_sameMomentAnotherStatus_counts() {
    assertThat(copy.apply(List.of(registration("web", "b", Status.DOWN, 200))))
        .containsExactly("web");
  }

  @Test
  void services_appWithoutAName_isCountedAndLeftOut() {
    Applications odd = new Applications(List.of(registration("", "a", Status.UP, 1)));
    assertThat(odd.hash()).isEqualTo("UP_1_");
    assertThat(odd.services()).isEmpty();
  }
}
