package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosJson.Envelope;
import io.fairlead.nacos.NacosJson.Page;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RepeatedAnswerTest {
  // Several chunks long.
  private static final int ROWS = 1_000;

  private static final NacosHttp.Decoder<Page<ServiceRow>> DECODER =
      HttpApi.ADMIN.rows().apply(new KnownRows("public")).decoder();

  private final RepeatedAnswer<Page<ServiceRow>> answer = new RepeatedAnswer<>(DECODER);

  private static ByteArrayInputStream stream(String body) {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  private Envelope<Page<ServiceRow>> decode(String body) throws IOException {
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
    Envelope<Page<ServiceRow>> expected = DECODER.decode(stream(body));
    assertThat(decode(body)).isEqualTo(expected);
    assertThat(decode(body)).isEqualTo(expected);
  }

  @Test
  void sameAnswer_isTheSameObject() throws IOException {
    Envelope<Page<ServiceRow>> first = decode(list(ROWS, -1));
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
  void answerThatEndsEarly_isRefused_andTheNextIsRead() throws IOException {
    String whole = list(ROWS, -1);
    for (String early : List.of(whole.substring(0, whole.length() / 2), "", whole + "}")) {
      decode(whole);
      assertThatThrownBy(() -> decode(early)).isInstanceOf(JsonProcessingException.class);
      assertReads(whole);
    }
  }

  @Test
  void bodyThatBreaksOff_leavesNothingOfItBehind() throws IOException {
    for (String next : List.of(list(ROWS, -1), list(ROWS, 0), list(1, -1))) {
      assertReads(list(ROWS, -1));
      InputStream broken =
          new SequenceInputStream(
              stream(list(2 * ROWS, 0)),
              new InputStream() {
                @Override
                public int read() throws IOException {
                  throw new IOException("broke off");
                }
              });
      assertThatThrownBy(() -> answer.decode(broken)).hasMessage("broke off");
      assertReads(next);
    }
  }
}
