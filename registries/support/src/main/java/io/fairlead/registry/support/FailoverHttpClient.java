package io.fairlead.registry.support;

import io.fairlead.registry.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.entity.UrlEncodedFormEntity;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.http.message.BasicNameValuePair;
import org.apache.hc.core5.http.message.HeaderGroup;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client of the servers of one registry, of which each can answer: the one that answered
 * last is asked first, the others in turn when it does not answer. TLS files are read anew for each
 * new connection. Thread-safe; calls block, and {@link #close} ends those under way.
 */
public final class FailoverHttpClient implements AutoCloseable {
  private static final Timeout CONNECT = Timeout.ofSeconds(3);
  private static final Duration WHOLE_ANSWER = Duration.ofMinutes(2);
  private static final int CONNECTIONS = 16;
  private static final int MAX_TEXT = 64 << 10;
  // If all servers failed within this time, each is asked once more, over a new connection.
  private static final Duration QUICK_FAILURE = Duration.ofSeconds(1);

  private final int servers;
  private final Timeout patience;
  private final OpenSockets sockets = new OpenSockets();
  private final PoolingHttpClientConnectionManager connections;
  private final CloseableHttpClient http;
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean closed;
  // The server that answered last; a race between two threads costs one more try.
  private volatile int preferred;

  /**
   * @param servers their number, at least 1
   * @param patience how long a server may take before an answer begins, and between two parts of it
   * @param tls files for {@code https} addresses; null: the system's certificates
   */
  public FailoverHttpClient(int servers, Duration patience, @Nullable TlsFiles tls) {
    this.servers = servers;
    this.patience = Timeout.of(patience);
    PoolingHttpClientConnectionManagerBuilder builder =
        new ConnectionManagerBuilder(sockets)
            .setMaxConnTotal(CONNECTIONS)
            .setMaxConnPerRoute(CONNECTIONS)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(CONNECT)
                    .setSocketTimeout(this.patience)
                    .build());
    if (tls != null) {
      builder.setTlsSocketStrategy(
          (socket, target, port, attachment, context) ->
              new DefaultClientTlsStrategy(TlsContexts.of(tls))
                  .upgrade(socket, target, port, attachment, context));
    }
    this.connections = builder.build();
    this.http =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setDefaultRequestConfig(requests(this.patience))
            // Another server is a better second try than the same one.
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            // Whether a packed answer is worth unpacking is for its reader to say.
            .disableContentCompression()
            // One that was being opened when the pool was closed is in no list of it.
            .setConnectionReuseStrategy(
                (request, response, context) ->
                    !closed
                        && DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(
                            request, response, context))
            .build();
  }

  /** A builder whose connections are made of sockets that their owner knows. */
  private static final class ConnectionManagerBuilder
      extends PoolingHttpClientConnectionManagerBuilder {
    private final OpenSockets sockets;

    ConnectionManagerBuilder(OpenSockets sockets) {
      this.sockets = sockets;
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver addresses, TlsSocketStrategy tls) {
      return new DefaultHttpClientConnectionOperator(
          sockets,
          ports,
          addresses,
          RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build());
    }
  }

  private static RequestConfig requests(Timeout patience) {
    return RequestConfig.custom()
        .setConnectionRequestTimeout(patience)
        .setResponseTimeout(patience)
        .build();
  }

  /** A call to one server; what it throws but an {@link IOException} ends the calls. */
  public interface Call<T, E extends Exception> {
    /**
     * @param server its number, from 0
     */
    T on(int server) throws IOException, E;
  }

  /**
   * Calls one server after the other until a call succeeds.
   *
   * @throws IOException the failure of the last call, if none succeeded
   */
  public <T, E extends Exception> T call(Call<T, E> call) throws IOException, E {
    int first = preferred;
    long begin = System.nanoTime();
    IOException last = null;
    for (int i = 0; i < 2 * servers; i++) {
      if (i >= servers && System.nanoTime() - begin > QUICK_FAILURE.toNanos()) {
        break;
      }
      int server = (first + i) % servers;
      try {
        T result = call.on(server);
        preferred = server;
        return result;
      } catch (IOException e) {
        failures.incrementAndGet();
        // Whatever broke one connection most likely broke all of them, and each would fail a call.
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
      }
    }
    throw last == null ? new IOException("no server") : last;
  }

  /** Returns the number of the server that is asked first. */
  public int preferred() {
    return preferred;
  }

  /** Returns how many calls of a server failed with an {@link IOException} until now. */
  public long failures() {
    return failures.get();
  }

  /** A reader of an answer; it need not read it to its end. */
  public interface Reader<T> {
    T read(Answer answer) throws IOException;
  }

  /**
   * Sends a GET; to be used within {@link #call}.
   *
   * @throws IOException if the server does not answer, or the reader throws it
   */
  public <T> T get(String uri, Map<String, String> headers, Reader<T> reader) throws IOException {
    return get(uri, headers, Duration.ofNanos(patience.toNanoseconds()), reader);
  }

  /** As the other one, with another patience. */
  public <T> T get(String uri, Map<String, String> headers, Duration patience, Reader<T> reader)
      throws IOException {
    HttpGet get = new HttpGet(uri);
    get.setConfig(requests(Timeout.of(patience)));
    headers.forEach(get::setHeader);
    return send(get, reader);
  }

  /** Sends a form by a POST; to be used within {@link #call}. */
  public <T> T post(String uri, Map<String, String> form, Reader<T> reader) throws IOException {
    return post(uri, Map.of(), form, Duration.ofNanos(patience.toNanoseconds()), reader);
  }

  /** As the other one, with headers and another patience. */
  public <T> T post(
      String uri,
      Map<String, String> headers,
      Map<String, String> form,
      Duration patience,
      Reader<T> reader)
      throws IOException {
    HttpPost post = new HttpPost(uri);
    post.setConfig(requests(Timeout.of(patience)));
    headers.forEach(post::setHeader);
    List<NameValuePair> fields =
        form.entrySet().stream()
            .<NameValuePair>map(it -> new BasicNameValuePair(it.getKey(), it.getValue()))
            .toList();
    post.setEntity(new UrlEncodedFormEntity(fields, StandardCharsets.UTF_8));
    return send(post, reader);
  }

  private <T> T send(HttpUriRequestBase request, Reader<T> reader) throws IOException {
    try {
      return http.execute(request, response -> read(request, response, reader));
    } catch (RuntimeException e) {
      // Such as that the connection is not there any more.
      if (closed) {
        throw new IOException("closed", e);
      }
      throw e;
    }
  }

  private static <T> T read(
      HttpUriRequestBase request, ClassicHttpResponse response, Reader<T> reader)
      throws IOException {
    HttpEntity entity = response.getEntity();
    InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
    boolean gzip = entity != null && "gzip".equalsIgnoreCase(entity.getContentEncoding());
    InputStream timed = new TimedBody(body, WHOLE_ANSWER);
    T result = reader.read(new Answer(response.getCode(), response, timed, gzip));
    if (timed.read() >= 0) {
      // To wait for a rest that nobody wants would take longer than another connection.
      request.cancel();
    }
    return result;
  }

  /** An answer of a server. Confined to its reader. */
  public static final class Answer {
    private final int status;
    // Not to be seen from outside: adapters have no access to the classes of the HTTP client.
    private final MessageHeaders headers;
    private final InputStream body;
    private final boolean gzip;

    /**
     * @param status the status of HTTP
     * @param headers by their names
     * @param body what came with it, as it came
     * @param gzip whether that is packed
     */
    public Answer(int status, Map<String, String> headers, InputStream body, boolean gzip) {
      this(status, group(headers), body, gzip);
    }

    /** Creates one that came without headers. */
    public Answer(int status, InputStream body, boolean gzip) {
      this(status, Map.of(), body, gzip);
    }

    private static MessageHeaders group(Map<String, String> headers) {
      HeaderGroup group = new HeaderGroup();
      headers.forEach((name, value) -> group.addHeader(new BasicHeader(name, value)));
      return group;
    }

    private Answer(int status, MessageHeaders headers, InputStream body, boolean gzip) {
      this.status = status;
      this.headers = headers;
      this.body = body;
      this.gzip = gzip;
    }

    /** Returns the status of HTTP. */
    public int status() {
      return status;
    }

    /** Returns the body as it came, packed or not. */
    public InputStream body() {
      return body;
    }

    /** Whether the body is packed. */
    public boolean gzip() {
      return gzip;
    }

    /** Returns the value of a header; empty if there is none. */
    public String header(String name) {
      Header header = headers.getFirstHeader(name);
      return header == null ? "" : String.valueOf(header.getValue());
    }

    /** Returns the body, unpacked where it was packed. */
    public InputStream unpacked() throws IOException {
      return gzip ? new GZIPInputStream(body, 64 << 10) : body;
    }

    /** Returns the text that the body begins with. */
    public String text() throws IOException {
      return new String(unpacked().readNBytes(MAX_TEXT), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    closed = true;
    http.close(CloseMode.IMMEDIATE);
    // The pool loses one that is just being connected.
    sockets.close();
  }
}
