package io.fairlead.bench.scenario;

import io.fairlead.bench.gateway.BenchGateway;
import io.fairlead.bench.gateway.GatewaySetup;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Sample;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A scenario that measures the size of the store's file for each resource, and its growth by
 * changes.
 */
final class FileScenario implements Scenario {
  private static final int INSTANCES = 10;

  @Override
  public String name() {
    return "file";
  }

  @Override
  public void run(Bench bench) throws IOException {
    for (int services :
        bench.effort() == Bench.Effort.QUICK ? new int[] {500} : new int[] {10_000, 50_000}) {
      try (BenchGateway gateway = bench.gateway("file", GatewaySetup.load(services, INSTANCES))) {
        run(bench, gateway, services, bench.pick(10_000, 500));
      }
    }
  }

  private void run(Bench bench, BenchGateway gateway, int services, int changes)
      throws IOException {
    gateway.start().awaitReady();
    bench.settle(gateway);
    report(bench, gateway, services, "after the load");
    gateway.change(0, changes / 2, 1);
    Pause.of(Duration.ofMillis(1500));
    for (int number = changes / 2; number < changes; number += 100) {
      gateway.change(number, Math.min(number + 100, changes), 1);
      Pause.of(Duration.ofMillis(20));
    }
    Pause.of(Duration.ofMillis(1500));
    bench.settle(gateway);
    report(bench, gateway, services, "after " + changes + " changes");
    gateway.stop();
    report(bench, gateway, services, "after the stop");
  }

  private void report(Bench bench, BenchGateway gateway, int services, String when)
      throws IOException {
    Path file = gateway.dataFolder().resolve("fairlead.db");
    String size = Bench.size(services, INSTANCES);
    long main = Files.size(file);
    bench.add(
        Figure.of(
            name(),
            "file for each resource, " + when,
            size,
            "bytes",
            Sample.of((double) main / services)));
    bench.add(
        Figure.of(name(), "write-ahead log, " + when, size, "MB", Sample.of(wal(file) / 1e6)));
    bench.add(Figure.of(name(), "free pages, " + when, size, "of all", Sample.of(freeShare(file))));
  }

  private static long wal(Path file) throws IOException {
    Path wal = file.resolveSibling(file.getFileName() + "-wal");
    return Files.exists(wal) ? Files.size(wal) : 0;
  }

  private static double freeShare(Path file) throws IOException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:file:" + file + "?mode=ro");
        Statement statement = connection.createStatement()) {
      return number(statement, "PRAGMA freelist_count") / number(statement, "PRAGMA page_count");
    } catch (SQLException e) {
      throw new IOException("cannot read " + file, e);
    }
  }

  private static double number(Statement statement, String pragma) throws SQLException {
    try (ResultSet row = statement.executeQuery(pragma)) {
      row.next();
      return row.getDouble(1);
    }
  }
}
