package io.fairlead.server.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A server that answers the same to whoever connects. */
final class Answering {
  private Answering() {}

  static ServerSocket start(String answer) throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              // Kept: a socket that nothing refers to is closed by the next collection, which
              // takes the answer with it.
              List<Socket> open = new ArrayList<>();
              try {
                while (true) {
                  Socket socket = server.accept();
                  open.add(socket);
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }
}
