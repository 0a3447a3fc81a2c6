package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.render.Yaml;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code fairlead mesh-config}: prints the part of istiod's mesh configuration that
 * names the gateway.
 */
@Command(
    name = "mesh-config",
    mixinStandardHelpOptions = true,
    description = {
      "Print the configSources to paste into istiod's mesh configuration.",
      "It includes k8s://, since the list replaces istiod's own source."
    },
    footer = {
      "",
      "Example:",
      "  fairlead mesh-config --config fairlead.yaml --host fairlead.istio-system"
    })
final class MeshConfigCommand implements Callable<Integer> {
  @Mixin private final ConfigFile file = new ConfigFile();

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "",
      description =
          "the name or address under which istiod reaches this gateway (default: the configured"
              + " address; this machine's name where that is every address)")
  private String host = "";

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws UnknownHostException {
    ConfigResult result = file.load();
    if (result instanceof ConfigResult.Loaded loaded) {
      print(loaded.config());
      return ExitCode.DONE;
    }
    ConfigFile.print(spec.commandLine().getErr(), ((ConfigResult.Invalid) result).problems());
    return ExitCode.INVALID;
  }

  // Without the port that serves everything: istiod would get every resource twice.
  private static List<Integer> ports(GatewayConfig.Xds xds) {
    GatewayConfig.Shards shards = xds.shards();
    return shards == null ? List.of(xds.address().port()) : shards.ports();
  }

  private void print(GatewayConfig config) throws UnknownHostException {
    HostPort listening = config.xds().address();
    String reached = host.isEmpty() ? listening.host() : host;
    if (host.isEmpty() && listening.isWildcard()) {
      reached = InetAddress.getLocalHost().getHostName();
      spec.commandLine()
          .getErr()
          .println(
              listening
                  + " is every address of this machine: check that istiod reaches it as "
                  + reached
                  + ", or give --host HOST");
    }
    spec.commandLine().getOut().print(Yaml.write(document(config, reached)));
    spec.commandLine().getOut().flush();
  }

  /** Returns the part of the mesh configuration for a gateway that is reached under a host. */
  static ObjectNode document(GatewayConfig config, String reached) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode sources = document.putArray("configSources");
    sources.addObject().put("address", "k8s://");
    for (int port : ports(config.xds())) {
      sources.addObject().put("address", "xds://" + new HostPort(reached, port));
    }
    return document;
  }
}
