package io.fairlead.configs.consul;

import io.fairlead.common.Causes;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.support.TlsContexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client of Consul's key-value store that reads all keys below a prefix, from the first address
 * that answers. Confined to the source's thread, but for {@link #cancel}.
 */
final class KeysClient {
  // What no change wakes, such as rights that were taken away or a restored snapshot, shows then.
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  private static final Duration CONNECT = Duration.ofSeconds(5);
  // Consul adds up to a sixteenth to a wait, and a large answer takes its time.
  private static final Duration MARGIN = Duration.ofSeconds(30);
  private static final int MAX_BYTES = 256 << 20;

  private final ConsulSourceConfiguration configuration;
  private @Nullable HttpClient client;
  private int address;
  private volatile @Nullable CompletableFuture<?> asked;
  private volatile boolean closed;

  KeysClient(ConsulSourceConfiguration configuration) {
    this.configuration = configuration;
  }

  /** Returns the address that is asked. */
  URI address() {
    return configuration.addresses().get(address);
  }

  /** Goes over to the next address, on a new connection. */
  void giveUp() {
    address = (address + 1) % configuration.addresses().size();
    client = null;
  }

  /** Ends the query under way, and every later one; any thread. */
  void cancel() {
    closed = true;
    CompletableFuture<?> running = asked;
    if (running != null) {
      running.cancel(true);
    }
  }

  /**
   * Waits until something below the prefix has changed, or for a while. Only the names of the keys
   * are asked for, so a wait in vain costs little, however large the values are.
   *
   * @param index of the answer before
   * @return the index now
   * @throws IOException if there is no answer that can be believed; the message says why
   */
  long awaitChange(long index) throws IOException, InterruptedException {
    return KeysAnswer.index(
        answer("keys=true&index=" + index + "&wait=" + MAX_WAIT.toSeconds() + 's'),
        configuration.prefix());
  }

  /**
   * Reads the keys with their values.
   *
   * @throws IOException if there is no answer that can be believed; the message says why
   */
  KeysAnswer read() throws IOException, InterruptedException {
    return KeysAnswer.of(answer("recurse=true"), configuration.prefix());
  }

  private HttpResponse<byte[]> answer(String query) throws IOException, InterruptedException {
    HttpRequest request = request(query);
    CompletableFuture<HttpResponse<byte[]>> answer =
        connected().sendAsync(request, info -> new BoundedBody(MAX_BYTES));
    asked = answer;
    if (closed) {
      answer.cancel(true);
    }
    try {
      return answer.get(MAX_WAIT.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
    } catch (CancellationException e) {
      throw new IOException("closed", e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer within " + MAX_WAIT.plus(MARGIN).toSeconds() + "s", e);
    } catch (ExecutionException e) {
      throw new IOException(Causes.of(e.getCause() == null ? e : e.getCause()), e);
    }
  }

  private HttpClient connected() throws IOException {
    if (client == null) {
      HttpClient.Builder builder =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
      if (configuration.tls() != null) {
        builder.sslContext(TlsContexts.of(configuration.tls()));
      }
      client = builder.build();
    }
    return client;
  }

  private HttpRequest request(String query) throws IOException {
    StringBuilder uri = new StringBuilder(address().toString().replaceFirst("/$", ""));
    uri.append("/v1/kv/").append(path(configuration.prefix())).append('?').append(query);
    add(uri, "dc", configuration.datacenter());
    add(uri, "ns", configuration.consulNamespace());
    add(uri, "partition", configuration.partition());
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri.toString()));
    if (configuration.token() != null) {
      try {
        request.header("X-Consul-Token", configuration.token().read());
      } catch (SecretUnavailableException e) {
        throw new IOException("token: " + e.getMessage(), e);
      }
    }
    return request.build();
  }

  private static void add(StringBuilder uri, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      uri.append('&').append(name).append('=').append(encoded(value));
    }
  }

  private static String path(String prefix) {
    return encoded(prefix).replace("%2F", "/");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A body of so many bytes at most. */
  private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final int limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    BoundedBody(int limit) {
      this.limit = limit;
    }

    @Override
    public CompletableFuture<byte[]> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription next) {
      subscription = next;
      next.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
      }
      if (bytes.size() > limit && subscription != null) {
        subscription.cancel();
        body.completeExceptionally(
            new IOException(
                "more than "
                    + (limit >> 20)
                    + " MB below the prefix (expected: less; split it"
                    + " among several config sources)"));
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(bytes.toByteArray());
    }
  }
}
