package io.fairlead.server.cli;

import io.fairlead.server.Gateway;
import io.fairlead.server.GatewayOptions;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code fairlead serve}: runs the gateway until a signal stops it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Run the gateway.",
      "The configuration file is watched: a valid change is applied while it runs, an invalid one is"
          + " refused and logged. Few keys need a restart; docs/configuration.md names them."
    },
    footer = {
      "",
      "Examples:",
      "  fairlead serve --config fairlead.yaml",
      "  fairlead serve --config fairlead.yaml --data /var/lib/fairlead"
    })
final class ServeCommand implements Callable<Integer> {
  @Mixin private final ConfigFile file = new ConfigFile();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the folder of the store's file, instead of that of store.path")
  private @Nullable Path data;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ConfigLoader loader = ConfigFile.loader().forServing();
    ConfigLoader.Text text = loader.read(file.path());
    if (text.result() instanceof ConfigResult.Invalid invalid) {
      Main.report(spec.commandLine(), ConfigFile.lines(invalid.problems()));
      return ExitCode.INVALID;
    }
    GatewayConfig config = ((ConfigResult.Loaded) text.result()).config();
    GatewayOptions options =
        new GatewayOptions(
            file.path(), text.content(), config, loader, data, GatewayOptions.WATCH_PERIOD);
    StopSignals stop = StopSignals.install();
    try (Gateway gateway = Gateway.start(options)) {
      banner(spec.commandLine().getOut(), gateway);
      stop.await();
    }
    return ExitCode.DONE;
  }

  private void banner(PrintWriter out, Gateway gateway) {
    GatewayConfig.Xds xds = gateway.config().xds();
    HostPort first = gateway.xdsAddresses().get(0);
    String admin = gateway.adminUrls().get(0);
    String tls = xds.plaintext().isPresent() ? "" : " --ca FILE";
    out.println("Fairlead " + Version.text() + " is running.");
    if (xds.plaintext().isPresent()) {
      out.println("  xDS       " + first + plaintextNote(first));
    }
    if (xds.secure().isPresent()) {
      int index = xds.plaintext().isPresent() ? 1 : 0;
      out.println("  xDS, TLS  " + gateway.xdsAddresses().get(index));
    }
    out.println("  console   " + admin + "/");
    out.println("  watch it  fairlead watch 127.0.0.1:" + first.port() + tls);
    out.println(
        "  see it    fairlead get resources --admin "
            + admin
            + (admin.startsWith("https") ? " --ca FILE" : ""));
    out.println("  istiod    fairlead mesh-config --config " + file.path());
    out.flush();
  }

  // Who can reach the port reads every service, so it is said.
  private static String plaintextNote(HostPort address) {
    return address.isLoopback() ? "" : " (plaintext: docs/security.md)";
  }
}
