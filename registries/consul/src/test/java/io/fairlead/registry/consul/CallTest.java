package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.common.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallTest {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  @AfterEach
  void close() throws Exception {
    await(vertx.close().toCompletionStage().toCompletableFuture());
  }

  /**
   * Returns a connection that is ending: it refuses each request while that is being sent. A real
   * one does so only within the moment between its end and the word of it.
   */
  private static HttpClientConnection ending() {
    return (HttpClientConnection)
        Proxy.newProxyInstance(
            CallTest.class.getClassLoader(),
            new Class<?>[] {HttpClientConnection.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "protocolVersion" -> HttpVersion.HTTP_1_1;
                  case "request" -> Future.failedFuture("the connection is ending");
                  case "closeHandler", "exceptionHandler" -> self;
                  default -> throw new IllegalStateException(method.toString());
                });
  }

  private ConnectionPool pool(Loop loop) {
    ConnectionPool pool =
        new ConnectionPool(
            loop,
            new Dialer(vertx, null),
            URI.create("http://127.0.0.1:1"),
            1,
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), new SplittableRandom(1)),
            () -> {});
    pool.opened(ending());
    return pool;
  }

  private void onLoop(Consumer<Loop> test) throws Exception {
    Loop loop = new Loop(vertx, "test");
    CompletableFuture<Void> ran = new CompletableFuture<>();
    vertx.runOnContext(
        now -> {
          loop.bindToCurrentThread();
          try {
            test.accept(loop);
            ran.complete(null);
          } catch (Throwable e) {
            ran.completeExceptionally(e);
          }
        });
    await(ran);
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  @Test
  void start_requestRefusedAtOnce_deliversLater() throws Exception {
    CompletableFuture<Call.Outcome> outcome = new CompletableFuture<>();
    onLoop(
        loop -> {
          ConnectionPool pool = pool(loop);
          Call.Request request = new Call.Request("/v1/x", Query.NOW, "", Duration.ofSeconds(10));
          new Call(loop, pool, request, outcome::complete).start();
          assertThat(outcome).isNotDone();
          assertThat(pool.reads()).isEqualTo(1);
        });
    assertThat(await(outcome)).isInstanceOf(Call.Broken.class);
  }

  @Test
  void watch_requestRefusedAtOnce_goesOn() throws Exception {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    List<Integer> failures = new ArrayList<>();
    onLoop(
        loop -> {
          ConnectionPool pool = pool(loop);
          Backoff backoff =
              new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), new SplittableRandom(1));
          ConnectionPools pools = new ConnectionPools(loop);
          pools.start(
              List.of(pool), (asked, then) -> then.accept(new Answer.Read<>(0, false, true)));
          BlockingQuery.Sender<Boolean> sender =
              (query, then) -> {
                Call call =
                    new Call(
                        loop,
                        pool,
                        new Call.Request("/v1/x", query, "", Duration.ofSeconds(10)),
                        broken ->
                            then.accept(
                                new Answer.Failed<>(
                                    Fault.UNREACHABLE, "ending", new IllegalStateException())));
                call.start();
                return call;
              };
          BlockingQuery.Listener<Boolean> listener =
              new BlockingQuery.Listener<>() {
                @Override
                public boolean read(Answer.Read<Boolean> read) {
                  return true;
                }

                @Override
                public long failed(Answer.Failed<Boolean> failed, int inARow, long index) {
                  failures.add(inARow);
                  if (inARow == 3) {
                    ended.complete(null);
                  }
                  return index;
                }

                @Override
                public void wentBackwards(Answer.Read<Boolean> read) {}
              };
          new BlockingQuery<>(
                  loop,
                  pools,
                  sender,
                  listener,
                  backoff,
                  new TokenBucket(3, Duration.ofMillis(1), loop.now()),
                  new WaitLimit(loop, Duration.ofMinutes(1), () -> true))
              .start(7);
        });
    await(ended);
    assertThat(failures).startsWith(1, 2, 3);
  }
}
