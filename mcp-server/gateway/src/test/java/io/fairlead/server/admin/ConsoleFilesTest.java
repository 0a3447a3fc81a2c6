package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleFilesTest {
  private static final Pattern IMPORT =
      Pattern.compile("(?:from|import) ?\"([^\"]+)\"|(?:href|src)=\"(/console/[^\"]+)\"");

  private final SampleSource source = new SampleSource(3);
  private final HttpClient client = HttpClient.newHttpClient();
  private final AdminServer server = source.serve();

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + server.address() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Whatever a file of the console names is served, and nothing from anywhere else. */
  @Test
  void files_importNothingThatIsNotThere() throws Exception {
    Set<String> seen = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(Set.of("/"));
    while (!open.isEmpty()) {
      String path = open.pop();
      if (seen.add(path)) {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        if (!path.startsWith("/console/lit/")) {
          assertThat(response.body()).as(path).doesNotContain("innerHTML", "unsafeHTML", "eval(");
        }
        for (Matcher found = IMPORT.matcher(response.body()); found.find(); ) {
          String named = found.group(1) == null ? found.group(2) : found.group(1);
          open.push(URI.create(path).resolve(named).getPath());
        }
      }
    }
    assertThat(seen)
        .contains(
            "/console/app.js",
            "/console/pages/guards.js",
            "/console/lit/lit-html.js",
            "/console/console.css")
        .hasSizeGreaterThan(18);
  }

  /** What the overview names leads to where more is said of it, if a page says more. */
  @Test
  void problems_haveAPlace() throws Exception {
    String overview = get("/console/pages/overview.js").body();
    Set<ProblemStatus.Kind> withoutAPage =
        Set.of(
            ProblemStatus.Kind.STORE_NOT_DURABLE,
            ProblemStatus.Kind.CERTIFICATE_EXPIRED,
            ProblemStatus.Kind.CERTIFICATE_EXPIRES,
            ProblemStatus.Kind.CERTIFICATE_REFUSED);

    for (ProblemStatus.Kind kind : ProblemStatus.Kind.values()) {
      if (!withoutAPage.contains(kind)) {
        assertThat(overview).contains(kind.name().toLowerCase(Locale.ROOT) + ": [\"/");
      }
    }
  }

  @Test
  void file_thatTheBrowserHas_isNotSentAgain() throws Exception {
    HttpResponse<String> first = get("/console/app.js");
    String tag = first.headers().firstValue("etag").orElseThrow();

    HttpResponse<String> second = get("/console/app.js", "if-none-match", tag);

    assertThat(first.headers().firstValue("content-type"))
        .hasValue("text/javascript; charset=utf-8");
    assertThat(first.headers().firstValue("cache-control")).hasValue("no-cache");
    assertThat(second.statusCode()).isEqualTo(304);
    assertThat(second.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/services?q=x",
        "/services/dc1/team%2Fweb",
        "/resources/a/b",
        "/registries",
        "/clients",
        "/guards",
        "/commits",
        "/commits/17",
        "/replicas",
        "/configuration"
      })
  void page_hasItsAddress_andAPolicyThatRunsItsOwnFilesOnly(String address) throws Exception {
    HttpResponse<String> page = get(address);

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("/console/app.js")
        .doesNotContain("<style", "style=\"", "onclick=");
    assertThat(page.headers().firstValue("x-frame-options")).hasValue("DENY");
    assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe", "http");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/console/", "/console/none.js", "/console/..%2f..%2fweb.xml", "/other"})
  void otherAddress_isAProblem(String address) throws Exception {
    assertThat(get(address).statusCode()).isEqualTo(404);
  }
}
