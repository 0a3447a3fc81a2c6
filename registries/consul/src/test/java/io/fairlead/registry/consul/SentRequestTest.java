package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SentRequestTest {
  // One loop: of the connection and of whoever asks, as it is in the adapter.
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  // Kept: a client that nobody refers to is closed with its connections.
  private final HttpClientAgent client =
      vertx.createHttpClient(
          new HttpClientOptions()
              .setProtocolVersion(HttpVersion.HTTP_2)
              .setHttp2ClearTextUpgrade(false));

  private Future<HttpClientConnection> connect(int port) {
    return client.connect(new HttpConnectOptions().setHost("127.0.0.1").setPort(port));
  }

  private static RequestOptions get(String path) {
    return new RequestOptions().setMethod(HttpMethod.GET).setURI(path);
  }

  @Test
  void shrink_requestIsAnsweredOrTakenBackAllTheSame() throws Exception {
    Promise<HttpServerRequest> asked = Promise.promise();
    Promise<Throwable> reset = Promise.promise();
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  if (request.path().equals("/answered")) {
                    request.response().end("yes");
                  } else {
                    request.response().exceptionHandler(reset::tryComplete);
                    asked.complete(request);
                  }
                });
    int port = await(server.listen(0, "127.0.0.1")).actualPort();
    HttpClientConnection connection = await(connect(port));
    Promise<Boolean> shrunk = Promise.promise();
    Future<Buffer> body =
        connection
            .request(get("/answered"))
            .compose(
                request -> {
                  Future<HttpClientResponse> response = request.send();
                  shrunk.complete(SentRequest.shrink(request));
                  return response;
                })
            .compose(HttpClientResponse::body);
    assertThat(await(shrunk.future())).isTrue();
    assertThat(await(body).toString()).isEqualTo("yes");

    connection
        .request(get("/waits"))
        .onSuccess(
            request -> {
              request.exceptionHandler(error -> {});
              request.send();
              SentRequest.shrink(request);
              asked.future().onSuccess(any -> request.reset());
            });
    assertThat(await(reset.future())).isNotNull();
  }
}
