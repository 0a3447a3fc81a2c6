package io.fairlead.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * The console: one page with its one script and its one style in it, and the policy that has a
 * browser run these and nothing else.
 *
 * @param html the page
 * @param policy value of {@code Content-Security-Policy}
 */
record ConsolePage(String html, String policy) {
  static ConsolePage load() {
    try (InputStream input =
        Objects.requireNonNull(ConsolePage.class.getResourceAsStream("console.html"))) {
      return of(new String(input.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read console.html", e);
    }
  }

  private static ConsolePage of(String html) {
    return new ConsolePage(
        html,
        "default-src 'none'; style-src "
            + hash(inner(html, "style"))
            + "; script-src "
            + hash(inner(html, "script"))
            + "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'");
  }

  private static String inner(String html, String tag) {
    String begin = "<" + tag + ">";
    int start = html.indexOf(begin) + begin.length();
    return html.substring(start, html.indexOf("</" + tag + ">", start));
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("no SHA-256", e);
    }
  }
}
