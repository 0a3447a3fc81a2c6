package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosJson.Envelope;
import io.fairlead.nacos.NacosJson.Page;
import io.fairlead.registry.nacos.Json.Row;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RepeatedAnswerTest {
  // Several chunks long.
  private static final int ROWS = 1_000;

  private static final NacosHttp.Decoder<Page<Row>> DECODER = HttpApi.ADMIN.rows().decoder();

  private final RepeatedAnswer<Page<Row>> answer = new RepeatedAnswer<>(DECODER);

  private static ByteArrayInputStream stream(String body) {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  private Envelope<Page<Row>> decode(String body) throws IOException {
    return answer.decode(stream(body));
  }

  private static String list(int rows, int changed) {
    return IntStream.range(0, rows)
        .mapToObj(
            i ->
                "{\"name\":\"s%d\",\"groupName\":\"g\",\"ipCount\":%d}"
                    .formatted(i, i == changed ? 2 : 1))
        .collect(
            Collectors.joining(
                ",", "{\"code\":0,\"data\":{\"totalCount\":" + rows + ",\"pageItems\":[", "]}}"));
  }

  private void assertReads(String body) throws IOException {
    Envelope<Page<Row>> expected = DECODER.decode(stream(body));
    assertThat(decode(body)).isEqualTo(expected);
    assertThat(decode(body)).isEqualTo(expected);
  }

  @Test
  void sameAnswer_isTheSameObject() throws IOException {
    Envelope<Page<Row>> first = decode(list(ROWS, -1));
    assertThat(decode(list(ROWS, -1))).isSameAs(first);
  }

  @Test
  void changedAnswer_isReadAnew_whereverItDiffers() throws IOException {
    for (int changed : List.of(-1, 0, ROWS / 2, ROWS - 1)) {
      assertReads(list(ROWS, changed));
    }
  }

  @Test
  void longerAndShorterAnswers_areReadAnew() throws IOException {
    for (int rows : List.of(ROWS, ROWS + 1, ROWS, 1, 0, ROWS)) {
      assertReads(list(rows, -1));
    }
  }

  @Test
  void answerThatEndsEarly_isRefused_andTheLastOneStays() throws IOException {
    Envelope<Page<Row>> first = decode(list(ROWS, -1));
    String whole = list(ROWS, -1);
    assertThatThrownBy(() -> decode(whole.substring(0, whole.length() / 2)))
        .isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> decode("")).isInstanceOf(JsonProcessingException.class);
    assertThat(decode(whole)).isSameAs(first);
  }
}
