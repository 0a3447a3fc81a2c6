package io.fairlead.server.cli;

import io.fairlead.server.admin.AdminServer;
import io.fairlead.server.admin.SampleSource;
import io.fairlead.server.config.HostPort;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** A test of commands that ask a gateway's admin API: one that serves samples. */
abstract class AdminFixture {
  final SampleSource source = new SampleSource(3);
  final String url;
  private final AdminServer server;

  AdminFixture() throws IOException {
    server = AdminServer.start(new HostPort("127.0.0.1", 0), null, source, source, () -> "");
    url = "http://" + server.address();
  }

  @AfterEach
  final void stop() {
    server.close();
  }
}
