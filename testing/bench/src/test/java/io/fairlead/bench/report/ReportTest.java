package io.fairlead.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Machine MACHINE = new Machine("Some CPU", 2, 8L << 30, "6.1", 0.1);

  private final Report report =
      new Report(Instant.parse("2026-01-02T03:04:05Z"), MACHINE, Map.of("JDK", "17.0.15"));

  @Test
  void markdown_figuresWithAndWithoutGoal() {
    report.add(Figure.of("start", "answer", "10 x 1", "s", Sample.of(2, 1, 4.5)).atMost(3));
    report.add(
        Figure.of("start", "bytes", "10 x 1", "bytes", Sample.of(9_356_856))
            .atMost(1000)
            .noted("all of it"));
    report.failed("flat", "no disk");
    report.took("start", 12.4);
    report.took("flat", 0.6);
    assertThat(report.markdown())
        .contains("Begun 2026-01-02T03:04:05Z")
        .contains("Some CPU, 2 cores, 8 GiB, Linux 6.1, load at the start 0.1")
        .contains("- JDK: 17.0.15")
        .contains("| start | answer | 10 x 1 | 2 | 1 | 4.50 | s | 3 | <= 3 s met |  |")
        .contains("| 9,356,856 | bytes | 1 | <= 1,000 bytes **missed** | all of it |")
        .contains("Seconds that each scenario took: start 12, flat 1.")
        .contains("**flat** failed: no disk");
    assertThat(report.isComplete()).isFalse();
  }

  @Test
  void write_bothFilesWithTheSameFigures(@TempDir Path folder) throws IOException {
    report.add(
        Figure.of("bytes", "ratio", "", "", Sample.of(0.5)).with(Goal.atMost(0.5, 0.25, "")));
    report.took("bytes", 1.5);
    report.write(folder);
    assertThat(Files.readString(folder.resolve("report.md"))).contains("| bytes | ratio |");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("report.json").toFile());
    JsonNode figure = json.get("figures").get(0);
    assertThat(figure.get("median").doubleValue()).isEqualTo(0.5);
    assertThat(figure.get("goal").textValue()).isEqualTo("<= 0.250");
    assertThat(figure.get("met").booleanValue()).isFalse();
    assertThat(json.get("machine").get("cores").intValue()).isEqualTo(2);
    assertThat(json.get("versions").get("JDK").textValue()).isEqualTo("17.0.15");
    assertThat(json.get("seconds").get("bytes").doubleValue()).isEqualTo(1.5);
    assertThat(json.get("failures").isEmpty()).isTrue();
  }
}
