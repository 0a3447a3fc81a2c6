package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.nacos.KnownContents.Listed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownContentsTest {
  private static final ServiceId WEB = new ServiceId("public", "g", "web");

  private final Map<ServiceId, Content> latest = new HashMap<>();
  private final KnownContents known =
      new KnownContents("public", id -> Optional.ofNullable(latest.get(id)));

  private List<@Nullable Listed> read(String json) throws IOException {
    return known.read(
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), new TypeReference<>() {});
  }

  private static String web(String metadata, String... hosts) {
    return """
        {"serviceName":"web","groupName":"g","metadata":%s,"protectThreshold":0.0,"more":[{}],
        "clusterMap":{"c":{"clusterName":"c","hosts":[%s]}}}"""
        .formatted(metadata, String.join(",", hosts));
  }

  private static String host(int number, boolean healthy) {
    return """
        {"ip":"10.0.0.%d","port":80,"weight":1.0,"healthy":%s,"enabled":true,"clusterName":"c"}"""
        .formatted(number, healthy);
  }

  private static Content content(
      Map<String, String> metadata, OptionalDouble threshold, InstanceRecord... instances) {
    return new Content(List.of(instances), metadata, threshold);
  }

  private static InstanceRecord instance(int number, boolean healthy) {
    return new InstanceRecord("10.0.0." + number, 80, 1, healthy, true, "c", Map.of());
  }

  @Test
  void nothingKnown_isWhatTheAnswerSays() throws IOException {
    assertThat(read("[" + web("{\"a\":\"b\"}", host(2, true), host(1, false)) + "]"))
        .containsExactly(
            new Listed(
                WEB,
                content(
                    Map.of("a", "b"),
                    OptionalDouble.empty(),
                    instance(1, false),
                    instance(2, true))));
  }

  @Test
  void sameAsKnown_isTheKnownOneWithItsThreshold() throws IOException {
    Content before =
        content(Map.of(), OptionalDouble.of(0.5), instance(1, true), instance(2, true));
    latest.put(WEB, before);
    assertThat(read("[" + web("{}", host(1, true), host(2, true)) + "]").get(0).content())
        .isSameAs(before);
    assertThat(read("[" + web("null", host(2, true), host(1, true)) + "]").get(0).content())
        .isSameAs(before);
  }

  @Test
  void otherThanKnown_isWhatTheAnswerSays() throws IOException {
    latest.put(WEB, content(Map.of(), OptionalDouble.of(0.5), instance(1, true)));
    for (String other :
        List.of(
            web("{}", host(1, false)),
            web("{}", host(2, true)),
            web("{}", host(1, true), host(2, true)),
            web("{}"),
            web("{\"a\":\"b\"}", host(1, true)))) {
      Content read = read("[" + other + "]").get(0).content();
      assertThat(read).isNotEqualTo(latest.get(WEB));
      assertThat(read.protectThreshold()).isEmpty();
    }
  }

  @Test
  void withoutNameOrGroup_isNull() throws IOException {
    latest.put(WEB, Content.EMPTY);
    assertThat(read("[{\"groupName\":\"g\"},{\"serviceName\":\"\",\"groupName\":\"g\"}, null]"))
        .containsExactly(null, null, null);
  }

  @Test
  void noService_isAnError() {
    for (String broken : List.of("[1]", "[[]]", "[\"web\"]", "[{}", "[]]")) {
      assertThatThrownBy(() -> read(broken)).isInstanceOf(JsonProcessingException.class);
    }
  }
}
