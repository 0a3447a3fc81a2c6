package io.fairlead.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One HTTP port of a server under test, read with GET. Thread-safe. */
final class HttpPort {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final int port;
  private final String base;

  HttpPort(int port) {
    this.port = port;
    this.base = "http://127.0.0.1:" + port;
  }

  /** Whether somebody listens. */
  boolean isOpen() {
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Nobody listens yet.
      return false;
    }
  }

  /** Waits until somebody listens. */
  void awaitOpen(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!isOpen()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(base + ": nobody listens (expected: within " + limit + ")");
      }
      Pause.of(Duration.ofMillis(20));
    }
  }

  /** Sends a GET with the given headers (name, value, name, value ...); any status is an answer. */
  HttpResponse<String> get(String path, String... headers) {
    URI uri = URI.create(base + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("GET " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in GET " + uri, e);
    }
  }

  /** Returns the body of a GET that must be answered with 200. */
  String text(String path) {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(
          "GET "
              + base
              + path
              + ": "
              + response.statusCode()
              + " (expected: 200): "
              + response.body());
    }
    return response.body();
  }

  /** Returns the body of a GET that must be answered with 200 and JSON. */
  JsonNode json(String path) {
    String body = text(path);
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError("GET " + base + path + ": no JSON: " + body, e);
    }
  }

  /** Returns the address, without a slash at its end. */
  String address() {
    return base;
  }
}
