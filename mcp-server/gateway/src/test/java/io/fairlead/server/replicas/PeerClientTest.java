package io.fairlead.server.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.TlsFiles;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of other replicas on a thread of another Vert.x, as an operator's action makes them. */
class PeerClientTest {
  // Of so many about ten had no body when they were made on the context of their thread.
  private static final int ROUNDS = 1700;
  private static final int AT_ONCE = 3;

  private final Vertx admin = Vertx.vertx();
  private final HttpServer server =
      admin
          .createHttpServer()
          .requestHandler(request -> request.response().end("{\"instance\": \"a\"}"));
  private final PeerClient client = new PeerClient(null, null);

  @BeforeEach
  void start() throws Exception {
    server.listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    admin.close().await(10, TimeUnit.SECONDS);
  }

  private List<String> answers(Peer peer) throws ReplicaException {
    List<CompletableFuture<PeerClient.Answer>> sent = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      sent.add(
          client.send(peer, HttpMethod.POST, "replica", JsonNodeFactory.instance.objectNode()));
    }
    List<String> answers = new ArrayList<>();
    for (CompletableFuture<PeerClient.Answer> each : sent) {
      answers.add(PeerClient.answer(each).body().path("instance").asText("no body"));
    }
    return answers;
  }

  @Test
  void answers_toCallsOnAThreadOfAnotherVertx_areWhole() throws Exception {
    Peer peer = new Peer("http://a", "127.0.0.1", "127.0.0.1", server.actualPort(), false);
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      answers.addAll(admin.executeBlocking(() -> answers(peer)).await(20, TimeUnit.SECONDS));
    }
    assertThat(answers).filteredOn(answer -> !answer.equals("a")).isEmpty();
  }

  @Test
  void call_withAClientKeyInItsOlderForm_isAnswered(@TempDir Path folder) throws Exception {
    TestAuthority authority = TestAuthority.create("replicas");
    authority.write(folder.resolve("ca.crt"));
    TestAuthority.Leaf own = authority.leaf("127.0.0.1");
    own.write(folder, "tls");
    Files.writeString(folder.resolve("older.key"), own.olderKeyPem());
    HttpServer secure =
        admin
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setTrustOptions(
                        new PemTrustOptions().addCertValue(Buffer.buffer(authority.pem())))
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(own.certificatePem()))
                            .addKeyValue(Buffer.buffer(own.keyPem()))))
            .requestHandler(request -> request.response().end("{\"instance\": \"b\"}"));
    secure.listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
    Peer peer = new Peer("https://b", "127.0.0.1", "127.0.0.1", secure.actualPort(), true);
    try (PeerClient secureClient =
        new PeerClient(
            null,
            new TlsFiles(
                folder.resolve("ca.crt"),
                folder.resolve("tls.crt"),
                folder.resolve("older.key")))) {
      // A busy machine may take longer for a handshake than a call may last.
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsMatching(e -> String.valueOf(e.getMessage()).contains("in time"))
          .untilAsserted(
              () ->
                  assertThat(secureClient.get(peer, "replica").body().path("instance").asText())
                      .isEqualTo("b"));
    }
  }
}
