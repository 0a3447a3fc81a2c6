package io.fairlead.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A module, the packages that are its own, and the modules whose classes it uses. This table is the
 * architecture: an arrow that is missing here must not be in the code, and one that is here must
 * be.
 *
 * @param folder the module's folder, which is its name here
 * @param packages its packages, as ArchUnit writes them: {@code ..} for those below
 * @param uses folders of the modules that it uses besides {@code common}, which all may use
 */
record Room(String folder, List<String> packages, Set<String> uses) {
  static final String COMMON = "common";

  private static final String API = "registries/api";
  private static final String SUPPORT = "registries/support";
  private static final String SERVER = "io.fairlead.server";

  /** The rooms of the house, from the lowest to the highest. */
  static final List<Room> ALL =
      List.of(
          room(COMMON, "io.fairlead.common.."),
          room("istio-api", "io.fairlead.istio.."),
          room(API, "io.fairlead.registry"),
          room(SUPPORT, "io.fairlead.registry.support..").using(API),
          room("registries/testkit", "io.fairlead.registry.testkit..").using(API),
          room("files", "io.fairlead.files..").using(API),
          room("registries/file", "io.fairlead.registry.file..").using(API, SUPPORT, "files"),
          room("registries/consul", "io.fairlead.registry.consul..").using(API, SUPPORT),
          room("nacos", "io.fairlead.nacos..").using(API, SUPPORT),
          room("registries/nacos", "io.fairlead.registry.nacos..").using(API, SUPPORT, "nacos"),
          room("registries/eureka", "io.fairlead.registry.eureka..").using(API, SUPPORT),
          room("registries/zookeeper", "io.fairlead.registry.zookeeper..").using(API, SUPPORT),
          room("conversion", "io.fairlead.conversion..").using(API, "istio-api"),
          room("versioning", "io.fairlead.versioning..").using("istio-api"),
          room("guard", "io.fairlead.guard..").using(API, "versioning"),
          room("aggregation", "io.fairlead.aggregation..")
              .using(API, "conversion", "versioning", "guard", "istio-api"),
          room("configs/api", "io.fairlead.configs"),
          room("configs/support", "io.fairlead.configs.support..").using("configs/api", SUPPORT),
          room("configs/testkit", "io.fairlead.configs.testkit..")
              .using("configs/api", "registries/testkit"),
          room("configs/nacos", "io.fairlead.configs.nacos..")
              .using("configs/api", "configs/support", API, "nacos"),
          room("configs/consul", "io.fairlead.configs.consul..")
              .using("configs/api", "configs/support", API, SUPPORT),
          room("configs/file", "io.fairlead.configs.file..")
              .using("configs/api", "configs/support", "files"),
          room(
                  "configs/core",
                  "io.fairlead.configs.merge..",
                  "io.fairlead.configs.document..",
                  "io.fairlead.configs.references..",
                  "io.fairlead.configs.validation..")
              .using("configs/api", API, "versioning", "guard", "istio-api"),
          room("revisions", "io.fairlead.revisions..").using("versioning"),
          room("mcp-server/xds", SERVER + ".xds..").using("revisions", "versioning", "istio-api"),
          room(
                  "mcp-server/gateway",
                  SERVER,
                  SERVER + ".admin..",
                  SERVER + ".config..",
                  SERVER + ".render..",
                  SERVER + ".replicas..",
                  SERVER + ".tls..")
              .using(
                  API,
                  "conversion",
                  "versioning",
                  "aggregation",
                  "guard",
                  "configs/api",
                  "configs/core",
                  "mcp-server/xds",
                  "istio-api"),
          room("mcp-server/cli", SERVER + ".cli..", SERVER + ".watch..")
              .using(
                  API,
                  "conversion",
                  "versioning",
                  "aggregation",
                  "guard",
                  "configs/api",
                  "configs/core",
                  "mcp-server/xds",
                  "mcp-server/gateway",
                  "istio-api"),
          room("testing/harness", "io.fairlead.harness..").using(API, "registries/testkit"),
          room("testing/scripted", "io.fairlead.registry.scripted..").using(API));

  /** The rooms that hold one registry each. */
  static final List<String> ADAPTERS =
      List.of(
          "registries/file",
          "registries/consul",
          "registries/nacos",
          "registries/eureka",
          "registries/zookeeper",
          "testing/scripted");

  static Optional<Room> of(String folder) {
    return ALL.stream().filter(room -> room.folder.equals(folder)).findFirst();
  }

  /** Returns the packages of a room and of all that it may use. */
  String[] reach() {
    return ALL.stream()
        .filter(
            room -> room.equals(this) || room.folder.equals(COMMON) || uses.contains(room.folder))
        .flatMap(room -> room.packages.stream())
        .toArray(String[]::new);
  }

  /** Returns the room without one of its arrows. */
  Room without(String use) {
    Set<String> fewer = new TreeSet<>(uses);
    fewer.remove(use);
    return new Room(folder, packages, fewer);
  }

  private Room using(String... folders) {
    return new Room(folder, packages, new TreeSet<>(Arrays.asList(folders)));
  }

  private static Room room(String folder, String... packages) {
    return new Room(folder, List.of(packages), Set.of());
  }
}
