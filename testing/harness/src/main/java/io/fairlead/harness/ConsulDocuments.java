package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The requests to Consul that consul-client has no types for, as JSON text: transactions with
 * services; registrations with a locality, the status of a check, a kind, tagged addresses or half
 * of the weights; the maintenance of an agent. A request that Consul refuses throws {@link
 * IllegalStateException} with its words. Thread-safe.
 */
final class ConsulDocuments {
  /** Operations that one transaction may have are 128; a margin is left. */
  private static final int TRANSACTION = 120;

  private final URI address;
  private final Optional<String> token;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  ConsulDocuments(URI address, Optional<String> token) {
    this.address = address;
    this.token = token;
  }

  /** Sends operations in as few transactions as Consul allows. */
  void transact(List<String> operations) {
    for (int first = 0; first < operations.size(); first += TRANSACTION) {
      int end = Math.min(operations.size(), first + TRANSACTION);
      put("/v1/txn", "[" + String.join(",", operations.subList(first, end)) + "]");
    }
  }

  /** Sends one document. */
  void put(String path, String document) {
    String unused =
        send(
            "PUT " + path,
            HttpRequest.newBuilder(address.resolve(path))
                .PUT(HttpRequest.BodyPublishers.ofString(document)));
  }

  /** Reads one document. */
  String get(String path) {
    return send("GET " + path, HttpRequest.newBuilder(address.resolve(path)));
  }

  private String send(String what, HttpRequest.Builder request) {
    request.timeout(Duration.ofSeconds(30));
    token.ifPresent(value -> request.header("X-Consul-Token", value));
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            what + ": " + response.statusCode() + " " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(what + ": interrupted", e);
    }
  }
}
