package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** A comparison of this machine's clock with that of an HTTP server, by its header {@code Date}. */
final class ClockCheck {
  // The header has whole seconds, and the way takes its time.
  private static final Duration TOLERANCE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final Diagnosis diagnosis;

  ClockCheck(Diagnosis diagnosis) {
    this.diagnosis = diagnosis;
  }

  /** Compares with a server; one that does not answer, or says no time, is passed over. */
  void compare(String name, URI address) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE).build();
      Instant before = Instant.now();
      HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
      Instant middle = before.plus(Duration.between(before, Instant.now()).dividedBy(2));
      Optional<String> date = answer.headers().firstValue("date");
      if (date.isPresent()) {
        Instant there = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get(), Instant::from);
        report(name, Duration.between(middle, there));
      }
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      // Whether it can be reached is another check's word.
      diagnosis.unseen(
          "clock of " + name + ": it says no time at " + ForeignText.address(address.toString()));
    }
  }

  private void report(String name, Duration ahead) {
    long seconds = Math.abs(ahead.toSeconds());
    if (seconds <= TOLERANCE.toSeconds()) {
      diagnosis.sound("clock of " + name + ": as here");
      return;
    }
    diagnosis.warning(
        "clock",
        name,
        "Its clock is "
            + Ages.text(ahead.abs())
            + (ahead.isNegative() ? " behind" : " ahead of")
            + " this machine's.",
        "Set both by the same time server. Ages, time limits and certificates are judged by them.",
        "");
  }
}
