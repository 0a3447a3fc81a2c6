package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.config.ListenerTls;
import io.fairlead.server.render.Yaml;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
      "It includes k8s://, since the list replaces istiod's own source. Where the gateway speaks"
          + " TLS, it has the tlsSettings, too: istiod 1.26 or later is needed for them."
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

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "for TLS: the certificates of the authority that istiod is to trust, as PEM (default:"
              + " ca.crt beside xds.tls.certificate, if it is there)")
  private @Nullable Path ca;

  @Option(
      names = "--credential-name",
      paramLabel = "SECRET",
      defaultValue = "",
      description =
          "for TLS: a Secret in istiod's namespace whose ca.crt istiod is to trust, instead of a"
              + " certificate in the output; istiod reads it at its start only")
  private String credentialName = "";

  @Option(
      names = "--plaintext",
      description = "the plaintext port, although there is one for TLS: for istiods before 1.26")
  private boolean plaintext;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ConfigResult result = file.load();
    if (result instanceof ConfigResult.Loaded loaded) {
      print(loaded.config().xds());
      return ExitCode.DONE;
    }
    ConfigFile.print(spec.commandLine().getErr(), ((ConfigResult.Invalid) result).problems());
    return ExitCode.INVALID;
  }

  private void print(GatewayConfig.Xds xds) throws IOException {
    HostPort listening = listening(xds);
    String reached = host.isEmpty() ? reached(listening) : host;
    ListenerTls tls = plaintext ? null : xds.tls();
    @Nullable ObjectNode settings =
        tls == null ? null : new TlsSettings(tls, reached, ca, credentialName, this::note).node();
    spec.commandLine()
        .getOut()
        .print(Yaml.write(document(reached, ports(xds, listening, tls != null), settings)));
    spec.commandLine().getOut().flush();
  }

  private static ObjectNode document(
      String reached, List<Integer> ports, @Nullable ObjectNode settings) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode sources = document.putArray("configSources");
    sources.addObject().put("address", "k8s://");
    for (int port : ports) {
      ObjectNode source =
          sources.addObject().put("address", "xds://" + new HostPort(reached, port));
      if (settings != null) {
        source.set("tlsSettings", settings);
      }
    }
    return document;
  }

  private HostPort listening(GatewayConfig.Xds xds) {
    if (plaintext) {
      return xds.plaintext()
          .orElseThrow(
              () ->
                  new ParameterException(
                      spec.commandLine(),
                      "--plaintext: the gateway speaks TLS only (expected: xds.address beside"
                          + " xds.tls.address)"));
    }
    if (xds.tls() == null && (ca != null || !credentialName.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(),
          (ca != null ? "--ca" : "--credential-name")
              + ": the gateway speaks plaintext only (expected: xds.tls in the configuration)");
    }
    return xds.preferred();
  }

  // Without the port that serves everything: istiod would get every resource twice.
  private List<Integer> ports(GatewayConfig.Xds xds, HostPort listening, boolean secure) {
    GatewayConfig.Shards shards = xds.shards();
    if (shards != null && !secure && xds.tls() != null) {
      note("The shards speak TLS only, so this is the one whole source in plaintext.");
      return List.of(listening.port());
    }
    return shards == null ? List.of(listening.port()) : shards.ports();
  }

  private String reached(HostPort listening) throws UnknownHostException {
    if (!listening.isWildcard()) {
      return listening.host();
    }
    String name = InetAddress.getLocalHost().getHostName();
    note(
        listening
            + " is every address of this machine: check that istiod reaches it as "
            + name
            + ", or give --host HOST");
    return name;
  }

  private void note(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
