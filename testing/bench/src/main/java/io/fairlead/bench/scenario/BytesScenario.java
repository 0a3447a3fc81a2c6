package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.client.Response;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import java.io.IOException;
import java.time.Duration;

/**
 * A scenario that measures the bytes that a client gets for one changed endpoint: incremental, one
 * source, 64 sources.
 */
final class BytesScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final int SOURCES = 64;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "bytes";
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 500);
    String size = Bench.size(services, INSTANCES);
    double one;
    GatewaySetup setup = GatewaySetup.load(services, INSTANCES).batched(ChangeCost.BATCHING);
    try (BenchGateway gateway = bench.gateway("bytes", setup)) {
      gateway.start().awaitReady();
      Sample delta = measure(bench, gateway, Protocol.DELTA, services);
      bench.add(Figure.of(name(), "one change, incremental", size, "bytes", delta));
      againstResource(bench, gateway, services, delta.median());
      Sample state = measure(bench, gateway, Protocol.STATE, services);
      bench.add(Figure.of(name(), "one change, one source", size, "bytes", state));
      one = state.median();
    }
    try (BenchGateway gateway = bench.gateway("bytes", setup.sharded(SOURCES))) {
      gateway.start().awaitReady();
      Sample sharded = measure(bench, gateway, Protocol.STATE, services);
      bench.add(Figure.of(name(), "one change, 64 sources", size, "bytes", sharded));
      bench.add(ratio(size, "64 sources to one source", sharded.median() / one, 1.0 / 60));
    }
  }

  /**
   * Beside the resource as the protocol has it and beside its content alone: what is between the
   * two is not the gateway's to leave out.
   */
  private void againstResource(Bench bench, BenchGateway gateway, int services, double change)
      throws IOException {
    String size = Bench.size(services, INSTANCES);
    Awaited responses = new Awaited();
    try (LeanClient client =
        LeanClient.connect(gateway.wholePort(), Protocol.DELTA_WITH_NAMES, responses)) {
      responses.next(it -> client.responses() > 0, LIMIT);
      gateway.change(services - 1, services, gateway.nextEdition());
      Response response = responses.next(it -> it.items().size() == 1, LIMIT);
      Response.Item item = response.items().get(0);
      bench.add(bytes(size, "the resource: name, version, content", item.bytes()));
      bench.add(bytes(size, "its content alone (Any)", item.contentBytes()));
      bench.add(bytes(size, "around it in the response", response.bytes() - item.bytes()));
      bench.add(ratio(size, "incremental to the resource", change / item.bytes(), 1.1));
      bench.add(
          ratio(size, "incremental to the content alone", change / item.contentBytes(), 1.1)
              .noted("name, version, type, nonce: the protocol wants them"));
    }
  }

  private Figure bytes(String size, String what, double value) {
    return Figure.of(name(), what, size, "bytes", Sample.of(value));
  }

  private Figure ratio(String size, String what, double value, double limit) {
    return Figure.of(name(), what, size, "", Sample.of(value)).with(Goal.atMost(value, limit, ""));
  }

  private static Sample measure(Bench bench, BenchGateway gateway, Protocol protocol, int services)
      throws IOException {
    return Sample.of(
        ChangeCost.measure(
                bench, gateway, protocol, 1, services, bench.pick(10, 1), bench.pick(20, 3))
            .bytes());
  }
}
