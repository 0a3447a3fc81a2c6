package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The versions of resources are numbers that hold: what is checked in is what every release, JVM,
 * locale, time zone and order of arrival gives.
 */
final class GoldenVersionsTest {
  private static final Path FILE =
      Path.of("src", "test", "resources", "golden", "service-entries.txt");
  private static final String ADVICE =
      "versions of unchanged services changed: every istiod will take these resources anew once; if"
          + " that is meant, regenerate with 'mvn -pl aggregation -am test"
          + " -Dtest=GoldenVersionsTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dfairlead.golden=write' and add a CHANGELOG entry that says what is pushed once";

  @TempDir Path temp = Path.of("");

  @BeforeAll
  static void regenerateIfAsked() throws IOException {
    if ("write".equals(System.getProperty("fairlead.golden"))) {
      Files.createDirectories(FILE.toAbsolutePath().getParent());
      Files.writeString(FILE, GoldenText.of(0), StandardCharsets.UTF_8);
    }
  }

  private static void assertGolden(String text, String circumstances) throws IOException {
    assertThat(text.lines().toList())
        .as("%s: %s", circumstances, ADVICE)
        .containsExactlyElementsOf(golden().lines().toList());
  }

  private static String golden() throws IOException {
    return Files.readString(FILE, StandardCharsets.UTF_8);
  }

  @Test
  void versions_areThoseOfTheGoldenFile() throws IOException {
    String text = GoldenText.of(0);

    assertGolden(text, "in this JVM");
    assertThat(text.lines().filter(line -> !line.startsWith(" "))).hasSizeGreaterThan(20);
  }

  @Test
  void versions_doNotDependOnTheOrderOfArrival() throws IOException {
    for (long seed = 1; seed <= 50; seed++) {
      assertGolden(GoldenText.of(seed), "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "ar-EG-u-nu-arab", "th-TH-u-ca-buddhist-nu-thai"})
  void versions_doNotDependOnLocaleAndTimeZone(String tag) throws IOException {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(tag));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      assertGolden(GoldenText.of(7), tag);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  // The order of Map.of and Set.of is drawn anew in each JVM.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Duser.language=tr -Duser.country=TR -Duser.timezone=Pacific/Apia",
        "-Duser.language=ar -Duser.country=EG -Duser.extensions=u-nu-arab",
        "-Dfile.encoding=US-ASCII -Dsun.jnu.encoding=US-ASCII -Duser.timezone=America/St_Johns",
        "-Dfile.encoding=ISO-8859-9 -Xint",
        "-XX:+UnlockExperimentalVMOptions -XX:+IgnoreUnrecognizedVMOptions -XX:hashCode=2",
        "-XX:+UseSerialGC -XX:-CompactStrings"
      })
  void versions_doNotDependOnTheJvm(String options) throws Exception {
    Path made = temp.resolve("made.txt");
    Path log = temp.resolve("log.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options.split(" ")));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            GoldenText.class.getName(),
            made.toString(),
            Integer.toString(Math.abs(options.hashCode() % 1000))));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File(log.toString()))
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(() -> read(log)).isZero();

    assertGolden(Files.readString(made, StandardCharsets.UTF_8), options);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
