package io.fairlead.server.replicas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Causes;
import io.fairlead.common.ForeignText;
import io.fairlead.common.PrivateKeys;
import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.TlsFiles;
import io.fairlead.server.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of the admin API of other replicas. The token and the files for TLS are read for each
 * call, so that rotated ones take effect. Thread-safe; closing is idempotent.
 */
final class PeerClient implements AutoCloseable {
  /** The longest time that a replica may take to answer. */
  static final Duration LIMIT = Duration.ofSeconds(3);

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String PREFIX = "/api/v1/";

  private final Vertx vertx =
      Vertx.vertx(
          new VertxOptions()
              .setEventLoopPoolSize(1)
              .setWorkerPoolSize(1)
              // The cache would need a writable temporary folder.
              .setFileSystemOptions(
                  new FileSystemOptions()
                      .setFileCachingEnabled(false)
                      .setClassPathResolvingEnabled(false)));
  // A connection for each call: one that was kept would fail the first call after the other end
  // was restarted.
  private final HttpClientAgent client =
      vertx.createHttpClient(
          new HttpClientOptions().setConnectTimeout((int) LIMIT.toMillis()).setKeepAlive(false));
  // All calls are made on it. On a thread of another Vert.x, such as one of the admin server's, a
  // response may be over before somebody takes its body, which is then empty.
  private final Context context = vertx.getOrCreateContext();
  private final @Nullable Secret token;
  private final @Nullable TlsFiles tls;

  PeerClient(@Nullable Secret token, @Nullable TlsFiles tls) {
    this.token = token;
    this.tls = tls;
  }

  /** An answer with its status. */
  record Answer(int status, JsonNode body) {
    /** Returns what the replica says that is wrong. */
    String problem() {
      String detail = ForeignText.clean(body.path("detail").asText(""));
      return detail.isEmpty() ? "HTTP status " + status : detail;
    }
  }

  Answer get(Peer peer, String path) throws ReplicaException {
    return answer(send(peer, HttpMethod.GET, path, null));
  }

  Answer post(Peer peer, String path, JsonNode body) throws ReplicaException {
    return answer(send(peer, HttpMethod.POST, path, body));
  }

  /** Waits for an answer. */
  static Answer answer(CompletableFuture<Answer> sent) throws ReplicaException {
    try {
      return sent.get(2 * LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ReplicaException.unanswered("interrupted");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw ReplicaException.unanswered(Causes.of(cause));
    } catch (java.util.concurrent.TimeoutException e) {
      throw ReplicaException.unanswered("no answer in time");
    }
  }

  /** Sends a request; it ends within {@link #LIMIT}. */
  CompletableFuture<Answer> send(
      Peer peer, HttpMethod method, String path, @Nullable JsonNode body) {
    try {
      RequestOptions options =
          new RequestOptions()
              .setMethod(method)
              .setServer(SocketAddress.inetSocketAddress(peer.port(), peer.target()))
              .setHost(peer.host())
              .setPort(peer.port())
              // By its address: one that listens on loopback takes no other name.
              .putHeader("host", new HostPort(peer.target(), peer.port()).toString())
              .setSsl(peer.tls())
              .setURI(PREFIX + path)
              .setTimeout(LIMIT.toMillis())
              .setConnectTimeout(LIMIT.toMillis());
      if (peer.tls()) {
        options.setSslOptions(sslOptions());
      }
      if (body != null) {
        options.putHeader("content-type", "application/json");
        if (token != null) {
          options.putHeader("authorization", "Bearer " + token.read());
        }
      }
      Promise<Answer> answer = Promise.promise();
      context.runOnContext(ignored -> call(options, body).onComplete(answer));
      return answer
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException | SecretUnavailableException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Future<Answer> call(RequestOptions options, @Nullable JsonNode body) {
    return client
        .request(options)
        .compose(
            request -> body == null ? request.send() : request.send(Buffer.buffer(body.toString())))
        .compose(response -> response.body().map(read -> parse(response.statusCode(), read)));
  }

  private static Answer parse(int status, Buffer body) {
    try {
      return new Answer(status, JSON.readTree(body.toString(StandardCharsets.UTF_8)));
    } catch (JsonProcessingException e) {
      String text = Causes.ofStatus(status, body.toString(StandardCharsets.UTF_8));
      return new Answer(
          status == 200 ? 502 : status, JsonNodeFactory.instance.objectNode().put("detail", text));
    }
  }

  private ClientSSLOptions sslOptions() throws IOException {
    ClientSSLOptions options = new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS");
    if (tls == null) {
      return options;
    }
    Path ca = tls.ca();
    Path certificate = tls.cert();
    Path key = tls.key();
    if (ca != null) {
      options.setTrustOptions(new PemTrustOptions().addCertValue(read(ca)));
    }
    if (certificate != null && key != null) {
      options.setKeyCertOptions(
          new PemKeyCertOptions()
              .addCertValue(read(certificate))
              .addKeyValue(Buffer.buffer(PrivateKeys.pem(TlsFiles.readKey(key)))));
    }
    return options;
  }

  private static Buffer read(Path file) throws IOException {
    return Buffer.buffer(TlsFiles.read(file));
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the end of its threads.
  public void close() {
    vertx.close();
  }
}
