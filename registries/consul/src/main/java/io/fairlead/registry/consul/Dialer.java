package io.fairlead.registry.consul;

import io.fairlead.common.Causes;
import io.fairlead.common.PrivateKeys;
import io.fairlead.registry.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A dialer of connections to Consul: HTTP/2 where TLS is on and the server has it, else HTTP/1.1;
 * gzip. TLS files are read for each connection, so that rotated ones take effect.
 */
final class Dialer {
  static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  // A service of 10,000 instances is 15 MB: with small windows it would wait for round trips.
  private static final int STREAM_WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 16 << 20;

  private final HttpClientAgent client;
  private final @Nullable TlsFiles tls;

  Dialer(Vertx vertx, @Nullable TlsFiles tls) {
    this.tls = tls;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setUseAlpn(true)
                .setDecompressionSupported(true)
                .setTcpKeepAlive(true)
                .setTcpNoDelay(true)
                .setKeepAliveTimeout(0)
                .setHttp2KeepAliveTimeout(0)
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(STREAM_WINDOW)));
  }

  Future<HttpClientConnection> dial(URI address) {
    boolean secure = isSecure(address);
    HttpConnectOptions target =
        new HttpConnectOptions()
            .setHost(host(address))
            .setPort(port(address))
            .setSsl(secure)
            .setConnectTimeout(CONNECT_LIMIT.toMillis())
            .setProtocolVersion(secure ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
    if (secure) {
      try {
        target.setSslOptions(sslOptions());
      } catch (IOException e) {
        return Future.failedFuture(e);
      }
    }
    return client.connect(target);
  }

  /** Returns what to look at if a server ends a connection within the handshake without a word. */
  String advice(URI address, Throwable cause) {
    if (!isSecure(address) || cause instanceof ConnectException || cause instanceof SSLException) {
      return "";
    }
    String certificate =
        tls == null || tls.cert() == null
            ? "a client certificate, tls.certificate and tls.key, if Consul verifies who connects"
            : "a client certificate that the authority of Consul's servers signed";
    return " (expected: " + certificate + "; room below limits.http_max_conns_per_client)";
  }

  /** Closes all connections; done when they are. */
  Future<Void> close() {
    return client.close();
  }

  private ClientSSLOptions sslOptions() throws IOException {
    ClientSSLOptions ssl =
        new ClientSSLOptions()
            .setHostnameVerificationAlgorithm("HTTPS")
            .setUseAlpn(true)
            .setApplicationLayerProtocols(List.of("h2", "http/1.1"));
    if (tls != null) {
      if (tls.ca() != null) {
        ssl.setTrustOptions(new PemTrustOptions().addCertValue(read(tls.ca())));
      }
      if (tls.cert() != null && tls.key() != null) {
        ssl.setKeyCertOptions(
            new PemKeyCertOptions().addCertValue(read(tls.cert())).addKeyValue(key(tls.key())));
      }
    }
    return ssl;
  }

  private static Buffer read(Path file) throws IOException {
    try {
      return Buffer.buffer(TlsFiles.read(file));
    } catch (IOException e) {
      throw new IOException(
          "tls: " + file + ": " + Causes.of(e) + " (expected: a readable PEM file)", e);
    }
  }

  private static Buffer key(Path file) throws IOException {
    try {
      return Buffer.buffer(PrivateKeys.pem(TlsFiles.readKey(file)));
    } catch (IOException e) {
      throw new IOException("tls: " + e.getMessage(), e);
    }
  }

  static boolean isSecure(URI address) {
    return address.getScheme().toLowerCase(Locale.ROOT).equals("https");
  }

  private static String host(URI address) {
    String host = address.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(URI address) {
    if (address.getPort() != -1) {
      return address.getPort();
    }
    return isSecure(address) ? 443 : 80;
  }
}
