package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient.Protocol;
import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Goal;
import io.fairlead.bench.report.Sample;
import io.fairlead.bench.source.Entries;
import java.io.IOException;

/** Bytes that a client gets for one changed endpoint: incremental, one source, 64 sources. */
final class BytesScenario implements Scenario {
  private static final int INSTANCES = 10;
  private static final int SOURCES = 64;

  @Override
  public String name() {
    return "bytes";
  }

  @Override
  public void run(Bench bench) throws IOException {
    int services = bench.pick(10_000, 500);
    String size = Bench.size(services, INSTANCES);
    double resource = Entries.resource(1, INSTANCES, 1).encoded().size();
    bench.add(Figure.of(name(), "the resource", size, "bytes", Sample.of(resource)));
    double one;
    try (BenchGateway gateway = bench.gateway("bytes", GatewaySetup.load(services, INSTANCES))) {
      gateway.start().awaitReady();
      Sample delta = measure(bench, gateway, Protocol.DELTA, services);
      bench.add(Figure.of(name(), "one change, incremental", size, "bytes", delta));
      bench.add(ratio(size, "incremental to the resource", delta.median() / resource, 1.1));
      Sample state = measure(bench, gateway, Protocol.STATE, services);
      bench.add(Figure.of(name(), "one change, one source", size, "bytes", state));
      one = state.median();
    }
    try (BenchGateway gateway =
        bench.gateway("bytes", GatewaySetup.load(services, INSTANCES).sharded(SOURCES))) {
      gateway.start().awaitReady();
      Sample sharded = measure(bench, gateway, Protocol.STATE, services);
      bench.add(Figure.of(name(), "one change, 64 sources", size, "bytes", sharded));
      bench.add(ratio(size, "64 sources to one source", sharded.median() / one, 1.0 / 60));
    }
  }

  private Figure ratio(String size, String what, double value, double limit) {
    return Figure.of(name(), what, size, "", Sample.of(value)).with(Goal.atMost(value, limit, ""));
  }

  private static Sample measure(Bench bench, BenchGateway gateway, Protocol protocol, int services)
      throws IOException {
    return Sample.of(
        ChangeCost.measure(gateway, protocol, 1, services, bench.pick(10, 1), bench.pick(20, 3))
            .bytes());
  }
}
