package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.Causes;
import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.server.tls.ClientTls;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code fairlead watch}: shows the responses of a gateway as istiod gets them. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Connect as istiod does, and print a line for each response.",
      "CHANGED counts resources that are new to the client or have a new version, which istiod has"
          + " to process. REMOVED counts those that the response lacks, which istiod deletes."
    },
    footer = {
      "",
      "Examples:",
      "  fairlead watch 127.0.0.1:15010 --once",
      "  fairlead watch --type VirtualService",
      "  fairlead watch --delta -o json"
    })
final class WatchCommand implements Callable<Integer> {
  private static final int NAMES_SHOWN = 3;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT)
          .withZone(ZoneId.systemDefault());
  private static final DateTimeFormatter TIME_OF_DAY =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
  private static final List<Column> COLUMNS =
      List.of(
          new Column(
              "TIME",
              line -> TIME.format(time(line)),
              line -> TIME_OF_DAY.format(time(line)),
              0,
              0,
              Column.Cut.END),
          // As wide as the bytes of the largest response.
          Column.of("BYTES", "bytes").text(10),
          Column.of("RESOURCES", "resources"),
          new Column("CHANGED", line -> Integer.toString(line.path("changed").size())),
          new Column("REMOVED", line -> Integer.toString(line.path("removed").size())),
          Column.of("VERSION", "version").leaves(1),
          new Column("WHICH", WatchCommand::which).text(20));

  enum Output {
    table,
    wide,
    json
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1:15010",
      description = "HOST:PORT of the gateway (default: ${DEFAULT-VALUE})")
  private String address = "";

  @Option(
      names = "--type",
      paramLabel = "KIND",
      defaultValue = "ServiceEntry",
      completionCandidates = IstioKinds.class,
      description =
          "a kind of Istio in any case, such as VirtualService, or group/version/Kind (default:"
              + " ${DEFAULT-VALUE})")
  private String type = "";

  @Option(
      names = "--revision",
      paramLabel = "R",
      defaultValue = "",
      description = "the Istio revision of the client (default: none, sees everything)")
  private String revision = "";

  @Option(
      names = "--delta",
      description =
          "use the incremental protocol: only changes are sent, after a reconnect only the differences")
  private boolean delta;

  @Option(names = "--once", description = "end after the first response")
  private boolean once;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description =
          "with --once: longest wait for the response, such as 500ms, 30s or 2m (default:"
              + " ${DEFAULT-VALUE})")
  private String timeout = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|json",
      defaultValue = "table",
      description =
          "a table that fits the terminal, one with whole lines, or one JSON object a line with all"
              + " names (default: ${DEFAULT-VALUE})")
  private Output output = Output.table;

  @Option(
      names = "--tls",
      description =
          "speak TLS; so it does if one of the next four options, or its variable, is there")
  private boolean tls;

  @Option(names = "--plaintext", description = "speak plaintext, whatever variables are there")
  private boolean plaintext;

  @Mixin private final TlsTarget target = new TlsTarget();

  // Null: it speaks plaintext.
  private @Nullable ClientTls speaks;

  private static final List<String> NOT_GRPC =
      List.of("was not SETTINGS", "HTTP status code", "http2 exception", "Protocol error");

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final ObjectMapper json = new ObjectMapper();

  // Null: nothing was printed yet.
  private @Nullable TextTable table;

  @Override
  public Integer call() throws InterruptedException {
    Duration limit = limit();
    String typeUrl = typeUrl();
    ManagedChannel channel = channel();
    PrintWriter out = spec.commandLine().getOut();
    try {
      Predicate<WatchedResponse> wantsMore =
          response -> {
            print(out, response);
            return !once && !out.checkError();
          };
      CompletableFuture<Void> end =
          delta
              ? WatchClient.incremental(channel, typeUrl, revision, wantsMore, this::reconnecting)
              : WatchClient.stateOfTheWorld(channel, typeUrl, revision, wantsMore);
      if (once) {
        end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } else {
        end.get();
      }
      return 0;
    } catch (ExecutionException e) {
      spec.commandLine()
          .getErr()
          .println(address + ": " + reason(e.getCause() == null ? e : e.getCause()));
      return 1;
    } catch (java.util.concurrent.TimeoutException e) {
      spec.commandLine()
          .getErr()
          .println(
              address
                  + ": no response within "
                  + Durations.format(limit)
                  + " (a gateway answers once every registry has synced: see /readyz)");
      return 1;
    } finally {
      channel.shutdownNow();
    }
  }

  private void reconnecting(Throwable cause) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        address + ": " + reason(cause) + "; reconnecting with the versions received so far");
    err.flush();
  }

  private Duration limit() {
    try {
      return Durations.parse(timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--timeout: " + e.getMessage(), e);
    }
  }

  private ManagedChannel channel() {
    int colon = address.lastIndexOf(':');
    int port = -1;
    try {
      port = Integer.parseInt(address.substring(colon + 1));
    } catch (NumberFormatException e) {
      // Reported below, with what was expected.
      port = -1;
    }
    if (colon <= 0 || port < 1 || port > 65_535 || address.contains("://")) {
      throw new ParameterException(
          spec.commandLine(), "ADDRESS: " + address + " (expected: HOST:PORT)");
    }
    String host = address.substring(0, colon);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(host, port).maxInboundMessageSize(Integer.MAX_VALUE);
    if (plaintext || !(tls || target.isGiven())) {
      return builder.usePlaintext().build();
    }
    ClientTls client = target.load(host);
    speaks = client;
    target.serverName().ifPresent(builder::overrideAuthority);
    try {
      SslContextBuilder context =
          GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
              .trustManager(client.trust());
      client.identity().ifPresent(context::keyManager);
      return builder.sslContext(context.build()).build();
    } catch (SSLException e) {
      throw new IllegalStateException("no TLS in this Java", e);
    }
  }

  private String typeUrl() {
    if (type.indexOf('/') >= 0) {
      return type;
    }
    IstioKind kind =
        IstioKind.ofWord(type)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "--type: " + type + IstioKinds.expected(type)));
    return kind.apiVersion() + "/" + kind.kind();
  }

  private String reason(Throwable error) {
    Optional<String> about =
        ClientTls.explain(error, speaks, "--plaintext, or no option of TLS", "--tls or --ca FILE");
    if (about.isPresent()) {
      return about.get();
    }
    Status status = Status.fromThrowable(error);
    String description = String.valueOf(status.getDescription());
    if (NOT_GRPC.stream().anyMatch(description::contains)) {
      return "no gRPC server at that port (expected: the gateway's xds.address)";
    }
    Throwable cause = status.getCause();
    if (status.getCode() == Status.Code.UNAVAILABLE) {
      // A server that speaks TLS closes the connection of one that does not.
      String hint = speaks == null && cause == null ? " (a port for TLS? then --ca FILE)" : "";
      return "not reachable: "
          + (cause == null ? ForeignText.clean(description) : Causes.of(cause))
          + hint;
    }
    return status.getCode()
        + (status.getDescription() == null ? "" : ": " + ForeignText.clean(description));
  }

  private void print(PrintWriter out, WatchedResponse response) {
    ObjectNode line =
        json.createObjectNode()
            .put("time", response.time().toString())
            .put("type", response.typeUrl())
            .put("version", response.version())
            .put("bytes", response.bytes())
            .put("resources", response.resources());
    line.set("changed", json.valueToTree(response.changed()));
    line.set("removed", json.valueToTree(response.removed()));
    if (output == Output.json) {
      out.println(line);
    } else {
      table(out, line).printRow(out, line);
    }
    out.flush();
  }

  // The first response decides how wide the columns are.
  private TextTable table(PrintWriter out, ObjectNode first) {
    TextTable ready = table;
    if (ready == null) {
      Terminal terminal = Main.terminal(spec);
      ready =
          TextTable.growing(
              COLUMNS, json.createArrayNode().add(first), terminal, output == Output.wide);
      table = ready;
      ready.shortened().ifPresent(spec.commandLine().getErr()::println);
      ready.printHeading(out);
    }
    return ready;
  }

  private static Instant time(JsonNode line) {
    return Instant.parse(line.path("time").asText());
  }

  private static String which(JsonNode line) {
    List<String> names = new ArrayList<>();
    line.path("changed").forEach(name -> names.add("+" + name.asText()));
    line.path("removed").forEach(name -> names.add("-" + name.asText()));
    String shown = names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(" "));
    return names.size() > NAMES_SHOWN ? shown + " ..." : shown;
  }
}
