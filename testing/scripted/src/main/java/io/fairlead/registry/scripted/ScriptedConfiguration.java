package io.fairlead.registry.scripted;

import io.fairlead.common.Key;
import java.time.Duration;

/** Configuration of a registry of type {@code scripted}. */
public record ScriptedConfiguration(
    @Key(value = "where the test listens", pattern = "^[^:]+:[0-9]{1,5}$", expected = "HOST:PORT")
        String address,
    @Key(
            value = "silence after which the connection counts as lost",
            defaultValue = "2s",
            min = "1ms")
        Duration timeout,
    @Key(value = "longest pause between tries to connect", defaultValue = "500ms", min = "1ms")
        Duration retry) {

  String host() {
    return address.substring(0, address.indexOf(':'));
  }

  int port() {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }
}
