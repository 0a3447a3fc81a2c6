package io.fairlead.configs.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.registry.support.FailoverHttpClient.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Answers that a Consul gives only if it was configured for values of such a size. */
final class KeysAnswerTest {
  private static String entry(String key, String value) {
    return "{\"Key\":\""
        + key
        + "\",\"Value\":\""
        + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
        + "\"}";
  }

  @Test
  void valueThatIsLargerThanAnyIsRead_isHandedOverWithItsNeighbours() throws IOException {
    int large = 17 << 20;
    String body =
        "[" + entry("mesh/large", "#".repeat(large)) + "," + entry("mesh/orders", "1") + "]";
    KeysAnswer answer =
        KeysAnswer.of(
            new Answer(
                200,
                Map.of("X-Consul-Index", "7"),
                new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)),
                false),
            "mesh/");
    assertThat(answer.documents().values())
        .extracting(ConfigDocument::key, document -> document.text().length())
        .containsExactlyInAnyOrder(tuple("large", large), tuple("orders", 1));
  }
}
