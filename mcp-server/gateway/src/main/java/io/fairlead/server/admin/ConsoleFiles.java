package io.fairlead.server.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The files of the console: one page for all its addresses, and the modules that it is made of.
 * Each has a tag of its content, so that a browser asks only whether it changed. Immutable.
 */
final class ConsoleFiles {
  /** The addresses of pages: what comes after them is read by the page. */
  static final List<String> PAGES =
      List.of(
          "/",
          "/services",
          "/services/*",
          "/resources/*",
          "/registries",
          "/configs",
          "/documents",
          "/documents/*",
          "/clients",
          "/guards",
          "/commits",
          "/commits/*",
          "/replicas",
          "/configuration");

  /** The folder of the files, in addresses as on the class path. */
  static final String FOLDER = "/console/";

  private static final String PAGE = "index.html";

  // A class path cannot be listed in every packaging.
  private static final List<String> NAMES =
      List.of(
          PAGE,
          "console.css",
          "icon.svg",
          "app.js",
          "live.js",
          "actions.js",
          "parts.js",
          "format.js",
          "pages/overview.js",
          "pages/services.js",
          "pages/service.js",
          "pages/resource.js",
          "pages/registries.js",
          "pages/configs.js",
          "pages/documents.js",
          "pages/clients.js",
          "pages/guards.js",
          "pages/commits.js",
          "pages/replicas.js",
          "pages/configuration.js",
          "lit/lit-html.js",
          "lit/directive.js",
          "lit/directive-helpers.js",
          "lit/directives/live.js",
          "lit/directives/repeat.js");

  // Scripts and styles are files of this server and nothing else; a text can never become markup,
  // since the browser lets only the templates of lit-html, which hold no data, be parsed.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types lit-html";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final Map<String, File> files;

  /** A file with its media type and the tag of its content. */
  private record File(Buffer content, String type, String tag) {}

  private ConsoleFiles(Map<String, File> files) {
    this.files = Map.copyOf(files);
  }

  static ConsoleFiles load() {
    Map<String, File> files = new LinkedHashMap<>();
    for (String name : NAMES) {
      byte[] content = read(name);
      String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
      files.put(name, new File(Buffer.buffer(content), type, tag(content)));
    }
    return new ConsoleFiles(files);
  }

  private static byte[] read(String name) {
    try (InputStream input = ConsoleFiles.class.getResourceAsStream("console/" + name)) {
      if (input == null) {
        throw new IllegalStateException("console/" + name + ": missing (expected: a resource)");
      }
      return input.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read console/" + name, e);
    }
  }

  private static String tag(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return "W/\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("no SHA-256", e);
    }
  }

  /** Answers with the page. */
  void page(RoutingContext context) {
    context.response().putHeader("content-security-policy", POLICY);
    send(context, Objects.requireNonNull(files.get(PAGE)));
  }

  /** Answers with the file that the path names. */
  void file(RoutingContext context) {
    String path = context.request().path();
    File file = path == null ? null : files.get(path.substring(FOLDER.length()));
    if (file == null) {
      Responses.problem(context, 404, "no such path");
    } else {
      send(context, file);
    }
  }

  private static void send(RoutingContext context, File file) {
    HttpServerRequest request = context.request();
    request.response().putHeader("etag", file.tag()).putHeader("cache-control", "no-cache");
    if (file.tag().equals(request.getHeader("if-none-match"))) {
      Responses.notModified(request);
    } else {
      Responses.send(request, 200, file.type(), file.content());
    }
  }
}
