package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

class OpenSocketsTest {
  private final OpenSockets sockets = new OpenSockets();

  @Test
  void close_closesWhatIsConnectedAndWhatIsNotYet() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket connected = sockets.create(Proxy.NO_PROXY);
        Socket connecting = sockets.create(Proxy.NO_PROXY)) {
      connected.connect(server.getLocalSocketAddress());
      sockets.close();
      assertThat(connected.isClosed()).isTrue();
      assertThatThrownBy(() -> connecting.connect(server.getLocalSocketAddress()))
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void create_afterTheEnd_isRefused() {
    sockets.close();
    assertThatThrownBy(() -> sockets.create(Proxy.NO_PROXY)).hasMessage("closed");
  }
}
