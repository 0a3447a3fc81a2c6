package io.fairlead.registry.zookeeper;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names of the nodes that Dubbo's providers make. */
final class ProviderUrls {
  private ProviderUrls() {}

  /** Returns a URL as the name of a node. */
  static String encoded(String url) {
    return URLEncoder.encode(url, StandardCharsets.UTF_8);
  }
}
