package io.fairlead.registry.consul;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A second address of a server, which can be shut while the server runs on. */
final class TcpGate implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
  private final NetClient client = vertx.createNetClient();
  private final int target;
  private final int port;
  private NetServer server;

  TcpGate(int target) {
    this.target = target;
    this.server = listen(0);
    this.port = server.actualPort();
  }

  private NetServer listen(int port) {
    NetServer opened =
        vertx
            .createNetServer(new NetServerOptions().setHost("127.0.0.1").setPort(port))
            .connectHandler(
                in -> {
                  in.pause();
                  open.add(in);
                  client
                      .connect(target, "127.0.0.1")
                      .onSuccess(
                          out -> {
                            in.closeHandler(closed -> out.close());
                            out.closeHandler(closed -> in.close());
                            in.pipeTo(out);
                            out.pipeTo(in);
                          });
                });
    return opened.listen().toCompletionStage().toCompletableFuture().join();
  }

  /** Takes connections again, on the same port. */
  void open() {
    server = listen(port);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Ends all connections and takes no more. */
  void shut() {
    server.close().toCompletionStage().toCompletableFuture().join();
    open.forEach(NetSocket::close);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
